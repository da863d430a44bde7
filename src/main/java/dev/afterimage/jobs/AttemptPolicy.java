package dev.afterimage.jobs;

import java.time.Duration;

/**
 * How many attempts a job gets, and how far apart.
 *
 * @param maxAttempts failed attempts after which it goes to the dead-letter queue, at least 1
 * @param backOff the wait after the first; it doubles each time
 * @param maxBackOff the longest wait
 * @param maxDeliveries deliveries without any end after which it goes there, too, at least 1
 */
public record AttemptPolicy(int maxAttempts, Duration backOff, Duration maxBackOff, int maxDeliveries) {

    public AttemptPolicy {
        if (maxAttempts < 1 || maxDeliveries < 1) {
            throw new IllegalArgumentException(
                    "afterimage.pregeneration.max-attempts and .max-deliveries must be at least 1");
        }
        if (backOff.isNegative() || maxBackOff.compareTo(backOff) < 0) {
            throw new IllegalArgumentException("afterimage.pregeneration.max-back-off must not be below .back-off");
        }
    }

    /**
     * The wait after one more failed attempt, less up to a fifth so that jobs that failed together don't come back together.
     *
     * @param attempts failed attempts before this one
     * @param random from 0 to 1
     */
    Duration waitAfter(int attempts, double random) {
        Duration full = backOff.multipliedBy(1L << Math.min(attempts, 30));
        Duration capped = full.compareTo(maxBackOff) > 0 ? maxBackOff : full;
        return capped.minusMillis((long) (capped.toMillis() * random / 5));
    }
}
