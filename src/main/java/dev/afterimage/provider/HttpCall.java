package dev.afterimage.provider;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * One HTTP call, ready to be sent.
 *
 * @param body what is posted, where something is
 * @param buys whether it asks for an image; else it fetches what was bought before
 * @param maxBytes a larger answer is refused while it streams in
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

    static HttpCall get(Destination to, Map<String, String> headers, long maxBytes, Duration timeout) {
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
