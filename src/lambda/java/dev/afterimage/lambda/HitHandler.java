package dev.afterimage.lambda;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Port: answers a request for an image that is known, without the HTTP server inside. */
@FunctionalInterface
public interface HitHandler {

    /** Answers nothing, so that every request goes to the server. */
    HitHandler NONE = (headers, body) -> CompletableFuture.completedFuture(Optional.empty());

    /** What the client gets with status 200. */
    record Answer(Map<String, String> headers, String body) {

        public Answer {
            headers = Map.copyOf(headers);
        }
    }

    /**
     * The answer to {@code POST /v1/images}, or none when the server must be asked, as after every failure. Waits for nothing
     * but a signature.
     *
     * @param headers of the request, in a map that finds names in whatever case
     */
    CompletionStage<Optional<Answer>> answer(Map<String, String> headers, byte[] body);
}
