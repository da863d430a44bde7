package dev.afterimage.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.afterimage.generation.ImageOutcome;
import dev.afterimage.generation.ImageService;
import dev.afterimage.http.header.CacheStatus;
import dev.afterimage.http.header.Preferences;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.ImageRequestReader;
import dev.afterimage.image.InvalidRequestException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Answers a request for a picture that is fresh in the index as {@link ImageResource} would, to the byte, without the way
 * through Quarkus REST, which costs more than all the rest of a hit. Whatever it cannot answer at once it leaves to the
 * resource: a miss, a bad request, a fault, an {@code Accept} that has to be negotiated.
 */
@Singleton
final class FastPath {

    private static final Logger LOG = Logger.getLogger(FastPath.class);

    private static final CompletionStage<Optional<FastAnswer>> NONE =
            CompletableFuture.completedFuture(Optional.empty());

    private final ImageService images;
    private final ImageAnswers answers;
    private final HttpConfig config;
    private final ObjectWriter json;

    @Inject
    FastPath(ImageService images, ImageAnswers answers, HttpConfig config, ObjectMapper json) {
        this.images = images;
        this.answers = answers;
        this.config = config;
        this.json = json.writerFor(ImageBody.class);
    }

    /**
     * The answer with 200, or none. Does not block and does not fail.
     *
     * @param headers the values of each header of that name in the request
     * @param body the request's, of a size and a media type that were let in
     * @param serviceRoot as the caller addressed it
     */
    CompletionStage<Optional<FastAnswer>> answer(
            Function<String, List<String>> headers, byte[] body, Supplier<URI> serviceRoot) {
        if (!MediaRange.acceptsJson(headers.apply(MediaRange.HEADER))) {
            return NONE;
        }
        ImageRequest request;
        try {
            request = ImageRequestReader.read(body);
        } catch (InvalidRequestException invalid) {
            return NONE;
        }
        return images.hit(request)
                .thenApply(hit -> hit.map(known -> write(known, headers, serviceRoot)))
                .exceptionally(failure -> {
                    LOG.debug("A hit could not be answered at once", failure);
                    return Optional.empty();
                });
    }

    private FastAnswer write(
            ImageOutcome.Hit hit, Function<String, List<String>> requested, Supplier<URI> serviceRoot) {
        List<FastAnswer.Header> headers = new ArrayList<>(3);
        headers.add(FastAnswer.JSON);
        headers.add(new FastAnswer.Header(CacheStatus.HEADER, CacheStatus.of(hit)));
        Preferences.parse(requested.apply(Preferences.HEADER))
                .applied(false, config.deadline())
                .ifPresent(applied -> headers.add(new FastAnswer.Header(Preferences.APPLIED_HEADER, applied)));
        try {
            return new FastAnswer(headers, json.writeValueAsString(answers.body(hit, serviceRoot)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A picture's answer cannot be written", e);
        }
    }
}
