package dev.afterimage.redis;

import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/** A script's answer: one number, or a list of numbers and words. */
final class ScriptReply {

    private final Response response;
    private final RedisLink.Reply reply;

    ScriptReply(RedisLink.Reply reply) {
        @Nullable Response content = reply.response();
        if (content == null) {
            throw new IllegalStateException("a script answered nothing");
        }
        this.response = content;
        this.reply = reply;
    }

    /** When the script was called, in its link's nanoseconds. */
    long sent() {
        return reply.sent();
    }

    /** When its answer came, in its link's nanoseconds. */
    long received() {
        return reply.received();
    }

    long number() {
        return number(response);
    }

    /** The number at this index of a list, counted from 0. */
    long number(int index) {
        return number(response.get(index));
    }

    /** The length of a list. */
    int size() {
        return response.size();
    }

    /** The word at this index of a list, counted from 0. */
    String word(int index) {
        return response.get(index).toString();
    }

    private static long number(Response response) {
        Long number = response.toLong();
        if (number == null) {
            throw new IllegalStateException("a script answered no number");
        }
        return number;
    }
}
