package dev.afterimage.generation;

import dev.afterimage.time.Deadline;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Decides whether a failed attempt is worth another one, and after which wait. What the provider named counts; where it
 * named nothing, the wait doubles from 1 s, with up to a quarter of jitter so that a fleet does not come back as one. A wait
 * beyond {@code maxWait} or the deadline is not slept.
 */
public record RetryPolicy(Duration maxWait, Clock clock, RandomGenerator random) {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(8);

    /**
     * The wait before the next attempt; empty when there should be none.
     *
     * @param retry how many retries were made before, from 0
     */
    public Optional<Duration> waitBefore(GenerationException failure, int retry, Deadline deadline) {
        return wanted(failure, retry)
                .filter(wait -> wait.compareTo(maxWait) <= 0)
                .filter(wait -> !deadline.forbids(wait, clock));
    }

    /** The wait after a throttling answer, whether or not it is worth waiting. */
    public Duration waitAfter(ThrottledException throttled, int retry) {
        return throttled.retryAfter().orElseGet(() -> backOff(retry));
    }

    private Optional<Duration> wanted(GenerationException failure, int retry) {
        return switch (failure) {
            // The fleet's limiter knows when the next permit comes; asking it again sooner is useless.
            case ThrottledException throttled ->
                throttled.byProvider() ? Optional.of(waitAfter(throttled, retry)) : Optional.empty();
            case UnavailableException unavailable ->
                unavailable.failedFast() ? Optional.empty() : Optional.of(backOff(retry));
            // It may have been billed; only another request may buy it again.
            case OutcomeUnknownException none -> Optional.empty();
            case OutOfCreditsException none -> Optional.empty();
            case RejectedException none -> Optional.empty();
            case AccessRefusedException none -> Optional.empty();
            case NotAnImageException none -> Optional.empty();
            case ReceiptStandsException none -> Optional.empty();
            case AlreadyLandedException none -> Optional.empty();
            case DeletedMeanwhileException none -> Optional.empty();
            case JobUnfinishedException none -> Optional.empty();
        };
    }

    private Duration backOff(int retry) {
        Duration doubled = FIRST.multipliedBy(1L << Math.min(retry, 3));
        Duration bounded = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        return bounded.plusMillis(random.nextLong(bounded.toMillis() / 4));
    }
}
