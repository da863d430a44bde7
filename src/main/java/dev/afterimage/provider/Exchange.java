package dev.afterimage.provider;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Port: sends one HTTP call and waits for its whole answer. */
@FunctionalInterface
interface Exchange {

    /**
     * Sends the call.
     *
     * @param departure called once before the first byte is written, and once after the last byte. An exception of the
     *     first call is passed on, and nothing is sent
     * @throws UnavailableException when the call did not leave
     * @throws OutcomeUnknownException when it left and no whole answer came in time
     * @throws NotAnImageException when a successful answer is too large
     */
    Answer exchange(HttpCall call, Attempt.Departure departure);

    /**
     * One HTTP call, ready to be sent.
     *
     * @param body the body; empty for none
     * @param buys whether the call asks for an image; else it fetches what was bought before
     * @param maxBytes the size above which an answer is refused while it streams in
     * @param timeout from the departure to the answer's last byte
     */
    record HttpCall(
            String method,
            Destination to,
            Map<String, String> headers,
            Optional<String> body,
            boolean buys,
            long maxBytes,
            Duration timeout) {

        /** A GET that buys nothing and must end within {@code left}; when that is zero, it gets a millisecond. */
        static HttpCall get(Destination to, Map<String, String> headers, long maxBytes, Duration left) {
            Duration timeout = left.isZero() ? Duration.ofMillis(1) : left;
            return new HttpCall("GET", to, headers, Optional.empty(), false, maxBytes, timeout);
        }

        Optional<byte[]> bytes() {
            return body.map(text -> text.getBytes(StandardCharsets.UTF_8));
        }

        /** Without headers, which hold the API key, and body, which holds the data. */
        @Override
        public String toString() {
            return method + " " + to;
        }
    }

    /**
     * A whole HTTP answer.
     *
     * @param body all bytes of a success; of a failure, at most the first 64 KiB
     */
    @SuppressWarnings("ArrayRecordComponent") // identity is never compared; copying megabytes would serve nobody
    record Answer(int status, MultiMap headers, byte[] body) {

        boolean isSuccess() {
            return status / 100 == 2;
        }

        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name)).map(String::strip);
        }

        @Override
        public String toString() {
            return "Answer[" + status + ", " + body.length + " bytes]";
        }
    }
}
