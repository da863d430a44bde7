package dev.afterimage.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.time.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RetryPolicyTest {

    private static final GenerationException DOWN = new UnavailableException("down", null);

    private final MutableClock clock = new MutableClock(Instant.EPOCH);
    private final Deadline far = Deadline.in(Duration.ofHours(2), clock);
    private final RetryPolicy policy = new RetryPolicy(Duration.ofSeconds(30), clock, new SplittableRandom(1));

    @ParameterizedTest
    @CsvSource({"0, 1000", "1, 2000", "2, 4000", "3, 8000", "9, 8000"})
    void theWaitDoublesUpToEightSecondsWithAQuarterOfJitter(int retry, long millis) {
        assertThat(policy.waitBefore(DOWN, retry, far))
                .hasValueSatisfying(wait -> assertThat(wait.toMillis()).isBetween(millis, millis * 5 / 4));
    }

    @Test
    void waitNamedByTheProviderIsUsed() {
        Duration named = Duration.ofSeconds(17);
        assertThat(policy.waitBefore(ThrottledException.byProvider(Optional.of(named)), 0, far))
                .contains(named);
    }

    static Stream<GenerationException> neverRetried() {
        return Stream.of(
                ThrottledException.byProvider(Optional.of(Duration.ofHours(1))),
                ThrottledException.byLimiter(Duration.ofMillis(5)),
                UnavailableException.circuitOpen(new RuntimeException()),
                new OutcomeUnknownException("silence", null),
                OutcomeUnknownException.serverError("500"),
                new RejectedException(RejectedException.Reason.DATA, "no"),
                new AccessRefusedException("no"),
                new NotAnImageException("html"),
                new OutOfCreditsException("spent", Instant.MAX));
    }

    /** A pause of an hour, our own limiter, an open circuit, what may have been billed, and what is permanent. */
    @ParameterizedTest
    @MethodSource
    void neverRetried(GenerationException failure) {
        assertThat(policy.waitBefore(failure, 0, far)).isEmpty();
    }

    @Test
    void waitBeyondTheDeadlineIsRefusedAtOnce() {
        Deadline near = Deadline.in(Duration.ofMillis(999), clock);
        assertThat(policy.waitBefore(DOWN, 0, near)).isEmpty();
    }
}
