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

    /** What a call is for, which decides what its answer may be. */
    enum Purpose {
        /** It asks for an image. */
        PURCHASE,
        /** It fetches what was bought before. */
        FETCH,
        /**
         * It reports something, as a callback does. Of a successful answer only the status counts: a body too large is
         * cut off.
         */
        NOTICE
    }

    /**
     * One HTTP call, ready to be sent.
     *
     * @param body the body; empty for none
     * @param maxBytes the size above which an answer is refused while it streams in, or at which it is cut off
     * @param timeout from the departure to the answer's last byte
     */
    record HttpCall(
            String method,
            Destination to,
            Map<String, String> headers,
            Optional<String> body,
            Purpose purpose,
            long maxBytes,
            Duration timeout) {

        /** A GET that buys nothing and must end within {@code left}; when that is zero, it gets a millisecond. */
        static HttpCall get(Destination to, Map<String, String> headers, long maxBytes, Duration left) {
            Duration timeout = left.isZero() ? Duration.ofMillis(1) : left;
            return new HttpCall("GET", to, headers, Optional.empty(), Purpose.FETCH, maxBytes, timeout);
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
     * @param body all bytes of a success, unless the call was a notice; of a failure, at most the first 64 KiB
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
