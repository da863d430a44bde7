package dev.afterimage.redis;

import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/** What a script answered: one number, or a list of numbers and words. */
final class ScriptAnswer {

    private final Response response;

    ScriptAnswer(@Nullable Response response) {
        if (response == null) {
            throw new IllegalStateException("a script answered nothing");
        }
        this.response = response;
    }

    long number() {
        return number(response);
    }

    long number(int place) {
        return number(response.get(place));
    }

    /** The length of a list. */
    int size() {
        return response.size();
    }

    String word(int place) {
        return response.get(place).toString();
    }

    private static long number(Response response) {
        Long number = response.toLong();
        if (number == null) {
            throw new IllegalStateException("a script answered no number");
        }
        return number;
    }
}
