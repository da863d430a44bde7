package dev.afterimage.provider.zoo;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What a double answers.
 *
 * @param takes how long it takes; so long the call is in flight
 */
@SuppressWarnings("ArrayRecordComponent")
public record ZooAnswer(int status, Map<String, String> headers, byte[] body, Duration takes) {

    private static final Duration AT_ONCE = Duration.ofMillis(20);

    public static ZooAnswer json(int status, String json) {
        return new ZooAnswer(
                status,
                Map.of("Content-Type", "application/json"),
                json.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
                AT_ONCE);
    }

    static ZooAnswer image(byte[] content) {
        return new ZooAnswer(200, Map.of("Content-Type", "image/png"), content, AT_ONCE);
    }

    ZooAnswer with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(header, value);
        return new ZooAnswer(status, more, body, takes);
    }

    ZooAnswer after(Duration time) {
        return new ZooAnswer(status, headers, body, time);
    }
}
