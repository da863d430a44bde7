package dev.afterimage.http;

import dev.afterimage.http.header.RequestId;
import dev.afterimage.pipeline.ImageService;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The {@link FastPath} of a request that comes as an event, past the HTTP server: looks at what the server's handlers would
 * have looked at, and sets the headers that they would have set.
 */
@Singleton
public final class EventFastPath {

    private static final Logger LOG = Logger.getLogger(EventFastPath.class);

    private static final CompletionStage<Optional<Answer>> NONE = CompletableFuture.completedFuture(Optional.empty());

    private final FastPath fastPath;
    private final ImageService images;
    private final MediaTypeGate mediaTypes = new MediaTypeGate(List.of("application/json"));

    /** A whole answer with status 200. */
    public record Answer(Map<String, String> headers, String body) {

        public Answer {
            headers = Map.copyOf(headers);
        }
    }

    @Inject
    EventFastPath(FastPath fastPath, ImageService images) {
        this.fastPath = fastPath;
        this.images = images;
    }

    /**
     * The answer to {@code POST /v1/images}; none when it takes the server, as after every failure. Waits for nothing but a
     * signature.
     *
     * @param headers of the request, in a map that finds names in whatever case
     */
    public CompletionStage<Optional<Answer>> answer(Map<String, String> headers, byte[] body) {
        String id = headers.get(RequestId.HEADER);
        if (id == null || !admits(id, headers, body)) {
            return NONE;
        }
        Function<String, List<String>> fields = name -> values(headers.get(name));
        try {
            return fastPath.read(fields, body)
                    .map(request -> images.indexLookup(request)
                            .thenApply(indexLookup ->
                                    indexLookup.hit().map(hit -> whole(fastPath.write(hit, fields), id)))
                            .exceptionally(EventFastPath::leaveToServer))
                    .orElse(NONE);
        } catch (RuntimeException failure) {
            return CompletableFuture.completedFuture(leaveToServer(failure));
        }
    }

    private static Optional<Answer> leaveToServer(Throwable failure) {
        LOG.debug("A hit could not be answered at once", failure);
        return Optional.empty();
    }

    private boolean admits(String id, Map<String, String> headers, byte[] body) {
        return RequestId.isHarmless(id)
                && body.length <= BodyLimit.IMAGE_BYTES
                && mediaTypes.admits(headers.get("Content-Type"), headers.get("Content-Encoding"));
    }

    private static List<String> values(@Nullable String field) {
        return field == null ? List.of() : List.of(field);
    }

    private static Answer whole(FastResponse answer, String id) {
        Map<String, String> headers = new LinkedHashMap<>();
        StandardHeaders.of(id, ImageRoute.PATH, (name, value) -> headers.put(name.toString(), value.toString()));
        answer.headers().forEach(header -> headers.put(header.name(), header.value()));
        return new Answer(headers, answer.body());
    }
}
