package dev.afterimage.redis;

import dev.afterimage.jobs.QueueUnavailableException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Redis cannot be used now: out of reach, too slow, or refusing. The adapters translate it into what their ports say. */
final class RedisUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RedisUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }

    /** Asks what is known of jobs; a Redis that cannot be used is their queue's exception. */
    static <T extends @Nullable Object> T forQueue(Supplier<T> question) {
        try {
            return question.get();
        } catch (RedisUnavailableException gone) {
            throw new QueueUnavailableException("What is known of jobs cannot be asked: Redis is out of reach.", gone);
        }
    }
}
