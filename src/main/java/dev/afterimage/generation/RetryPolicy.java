package dev.afterimage.generation;

import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.DeletedMeanwhileException;
import dev.afterimage.generation.GenerationException.ImageExistsException;
import dev.afterimage.generation.GenerationException.JobUnfinishedException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.ReceiptStandsException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.time.Deadline;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Decides whether a failed call is tried again, and after which wait. The wait is what the provider named; where it named
 * none, 1, 2, 4, then 8 s, and up to a quarter more at random, so that the processes of a fleet do not come back all at
 * once. A call whose wait would be longer than {@code maxWait}, or end after the deadline, is not tried again.
 */
public record RetryPolicy(Duration maxWait, Clock clock, RandomGenerator random) {

    private static final Duration FIRST = Duration.ofSeconds(1);
    /** Backoffs of 1, 2, 4 and 8 s. */
    private static final int MOST_DOUBLINGS = 3;

    /**
     * The wait before the next attempt; empty when there should be none.
     *
     * @param retry how many retries were made before; 0 for the first
     */
    public Optional<Duration> waitBefore(GenerationException failure, int retry, Deadline deadline) {
        return wanted(failure, retry)
                .filter(wait -> wait.compareTo(maxWait) <= 0)
                .filter(wait -> !deadline.forbids(wait, clock));
    }

    /** The wait after the provider throttled a call, however long it is. */
    public Duration waitAfter(ThrottledException throttled, int retry) {
        return throttled.retryAfter().orElseGet(() -> backOff(retry));
    }

    private Optional<Duration> wanted(GenerationException failure, int retry) {
        return switch (failure) {
            // A refusal of the fleet's limiter is not retried: the limiter has said when the next permit comes.
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
            case ImageExistsException none -> Optional.empty();
            case DeletedMeanwhileException none -> Optional.empty();
            case JobUnfinishedException none -> Optional.empty();
        };
    }

    private Duration backOff(int retry) {
        Duration doubled = FIRST.multipliedBy(1L << Math.min(retry, MOST_DOUBLINGS));
        return doubled.plusMillis(random.nextLong(doubled.toMillis() / 4));
    }
}
