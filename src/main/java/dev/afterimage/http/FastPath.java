package dev.afterimage.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.http.header.CacheStatus;
import dev.afterimage.http.header.Preferences;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.ImageRequestReader;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.pipeline.ImageOutcome;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Answers a request for an image that is there as {@link ImageResource} would, to the byte, without the way through Quarkus
 * REST, which costs more than all the rest of a hit. What is not plain it leaves to the resource: a request that is refused, an
 * {@code Accept} that has to be negotiated, URLs that depend on the caller's way to the service.
 */
@Singleton
final class FastPath {

    private final ImageResponses answers;
    private final BaseUrl baseUrl;
    private final HttpConfig config;
    private final ObjectWriter json;

    @Inject
    FastPath(ImageResponses answers, BaseUrl baseUrl, HttpConfig config, ObjectMapper json) {
        this.answers = answers;
        this.baseUrl = baseUrl;
        this.config = config;
        this.json = json.writerFor(ImageBody.class);
    }

    /**
     * What is asked for; empty when the resource must answer.
     *
     * @param headers the values of each header of that name in the request
     * @param body the request's, of a size and a media type that were let in
     */
    Optional<ImageRequest> read(Function<String, List<String>> headers, byte[] body) {
        if (!baseUrl.isFixed() || !MediaRange.acceptsJson(headers.apply(MediaRange.HEADER))) {
            return Optional.empty();
        }
        try {
            return Optional.of(ImageRequestReader.read(body));
        } catch (InvalidRequestException invalid) {
            return Optional.empty();
        }
    }

    /**
     * The answer with 200.
     *
     * @throws RuntimeException when the URL cannot be signed, of which the resource can tell the client
     */
    FastResponse write(ImageOutcome.Hit hit, Function<String, List<String>> requested) {
        List<FastResponse.Header> headers = new ArrayList<>(3);
        headers.add(FastResponse.JSON);
        headers.add(new FastResponse.Header(CacheStatus.HEADER, CacheStatus.of(hit)));
        Preferences.parse(requested.apply(Preferences.HEADER))
                .applied(false, config.deadline())
                .ifPresent(applied -> headers.add(new FastResponse.Header(Preferences.APPLIED_HEADER, applied)));
        try {
            return new FastResponse(headers, json.writeValueAsString(answers.body(hit, FastPath::noRoot)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An image's answer cannot be written", e);
        }
    }

    private static URI noRoot() {
        throw new IllegalStateException("The base URL is fixed");
    }
}
