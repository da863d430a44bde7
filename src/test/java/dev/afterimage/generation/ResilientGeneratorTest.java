package dev.afterimage.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.generation.guard.BreakerGuard;
import dev.afterimage.generation.guard.RetryGuard;
import dev.afterimage.generation.guard.RetryGuard.NamedBackoff;
import dev.afterimage.generation.guard.RetryGuard.RetryInException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.testing.ClosedCircuit;
import dev.afterimage.testing.FakeGenerator;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Orders;
import dev.afterimage.testing.Permitted;
import dev.afterimage.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.junit.jupiter.api.Test;

class ResilientGeneratorTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);
    private static final UnavailableException DOWN = new UnavailableException("down", null);

    private final MutableClock clock = new MutableClock();
    private final MemoryLimiter limiter = Limiters.memory(
            new Limits(10, Duration.ofSeconds(1), OptionalInt.empty(), 1, Duration.ofSeconds(20)), clock);
    private final RetryPolicy policy = new RetryPolicy(Duration.ofSeconds(30), clock, new SplittableRandom(1));
    private final FakeGenerator provider = new FakeGenerator();
    private final Retrying retrying = new Retrying();

    /** Tries twice, as the annotation would, but without waiting. */
    private static final class Retrying extends RetryGuard {
        private final List<Long> waits = new ArrayList<>();

        @Override
        public GeneratedImage call(Callable<GeneratedImage> work) throws Exception {
            try {
                return work.call();
            } catch (RetryInException again) {
                waits.add(new NamedBackoff().nextDelayInMillis(again));
                return work.call();
            }
        }
    }

    private GeneratedImage generate(BreakerGuard breaker) {
        Attempt attempt = Attempt.of(Lane.INTERACTIVE, Deadline.in(Duration.ofSeconds(20), clock), Orders.next());
        AccountChoice accounts = new AccountChoice(new Permitted.OneAccount(), clock);
        return new ResilientGenerator(retrying, breaker, policy, accounts, limiter, provider)
                .generate(REQUEST, attempt);
    }

    private GeneratedImage generate() {
        return generate(new ClosedCircuit());
    }

    @Test
    void successIsNotRetried() {
        assertThat(generate()).isNotNull();
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void unavailableProviderIsRetriedAfterGrowingWaits() {
        provider.failsWith(DOWN);

        assertThat(generate()).isNotNull();
        assertThat(retrying.waits)
                .singleElement()
                .satisfies(wait -> assertThat(wait).isBetween(1000L, 1250L));
        assertThat(provider.calls()).isEqualTo(2);
    }

    @Test
    void lastFailureIsThrownWhenRetriesAreUsedUp() {
        provider.failsWith(DOWN).failsWith(DOWN);

        assertThatThrownBy(this::generate).isSameAs(DOWN);
    }

    @Test
    void theSecondWaitIsLongerThanTheFirst() {
        provider.failsWith(ThrottledException.byProvider(Optional.empty()))
                .failsWith(ThrottledException.byProvider(Optional.empty()));

        assertThatThrownBy(this::generate)
                .isInstanceOfSatisfying(
                        ThrottledException.class,
                        throttled -> assertThat(throttled.retryAfter())
                                .hasValueSatisfying(wait ->
                                        assertThat(wait).isBetween(Duration.ofMillis(2000), Duration.ofMillis(2500))));
    }

    @Test
    void aThrottlingProviderPausesTheWholeFleet() {
        provider.failsWith(ThrottledException.byProvider(Duration.ofSeconds(3)));

        assertThat(generate()).isNotNull();
        assertThat(retrying.waits).containsExactly(3000L);
        assertThat(limiter.status().coolDownLeft()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void denialByOurLimiterNeitherPausesTheFleetNorIsRetried() {
        provider.failsWith(ThrottledException.byLimiter(Duration.ofSeconds(3)));

        assertThatThrownBy(this::generate).isInstanceOf(ThrottledException.class);
        assertThat(retrying.waits).isEmpty();
        assertThat(limiter.status().coolDownLeft()).isZero();
    }

    @Test
    void callThatMayHaveBeenBilledIsNotRetried() {
        provider.failsWith(new OutcomeUnknownException("late", null));

        assertThatThrownBy(this::generate).isInstanceOf(OutcomeUnknownException.class);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void openCircuitFailsWithoutCallingTheProvider() {
        BreakerGuard open = new BreakerGuard() {
            @Override
            public GeneratedImage call(String api, Callable<GeneratedImage> work) {
                throw new CircuitBreakerOpenException();
            }
        };

        assertThatThrownBy(() -> generate(open))
                .isInstanceOfSatisfying(
                        UnavailableException.class,
                        failure -> assertThat(failure.failedFast()).isTrue());
        assertThat(provider.calls()).isZero();
    }
}
