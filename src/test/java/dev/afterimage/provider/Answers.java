package dev.afterimage.provider;

import dev.afterimage.provider.Exchange.Answer;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;

/** Answers as a provider might give them. */
final class Answers {

    private Answers() {}

    static Answer answer(int status, String body, String... namesAndValues) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Answer(status, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    static Answer throttled(String... namesAndValues) {
        return answer(429, "", namesAndValues);
    }
}
