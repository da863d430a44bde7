package dev.afterimage.redis;

import dev.afterimage.jobs.QueueUnavailableException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells the job queue's ports, in their words, that Redis cannot be asked. */
final class QueueHistory {

    private QueueHistory() {}

    static <T extends @Nullable Object> T ask(Supplier<T> question) {
        try {
            return question.get();
        } catch (RedisUnavailableException gone) {
            throw new QueueUnavailableException("What is known of jobs cannot be asked: Redis is out of reach.", gone);
        }
    }
}
