package dev.afterimage.provider;

import dev.afterimage.generation.GenerationException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.provider.Exchange.Answer;
import dev.afterimage.provider.ResultFetcher.Images;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.Map;

/** What the service reads from a provider's answer, for a simulated provider that speaks no HTTP. */
public final class ProviderAnswers {

    private static final long MAX_BYTES = 1024 * 1024;

    private ProviderAnswers() {}

    /** What an answer with this status, which is no success, means to the service. */
    public static GenerationException failure(int status, Map<String, String> headers, Instant now) {
        MultiMap read = MultiMap.caseInsensitiveMultiMap();
        headers.forEach(read::add);
        return Meanings.byStatus(new Answer(status, read, new byte[0]), Description.Waits.USUAL, now);
    }

    /** The image in a successful answer, as it is taken from there. */
    public static GeneratedImage image(byte[] body) {
        return Images.of(body, MAX_BYTES);
    }
}
