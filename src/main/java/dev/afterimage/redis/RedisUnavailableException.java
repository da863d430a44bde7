package dev.afterimage.redis;

import dev.afterimage.jobs.QueueUnavailableException;
import dev.afterimage.limit.FleetUnavailableException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Redis cannot be used now: it is out of reach, too slow, or refuses. Adapters translate it into their port's exception. */
final class RedisUnavailableException extends RuntimeException {

    RedisUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }

    /** Runs a command about jobs. Throws {@link QueueUnavailableException} when Redis cannot be used. */
    static <T extends @Nullable Object> T forQueue(Supplier<T> question) {
        try {
            return question.get();
        } catch (RedisUnavailableException gone) {
            throw new QueueUnavailableException("The queue cannot be reached: Redis is out of reach.", gone);
        }
    }

    /** Runs a command about what the fleet shares. Throws {@link FleetUnavailableException} when Redis cannot be used. */
    static <T extends @Nullable Object> T forFleet(String message, Supplier<T> question) {
        try {
            return question.get();
        } catch (RedisUnavailableException gone) {
            throw new FleetUnavailableException(message, gone);
        }
    }
}
