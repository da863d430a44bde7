package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.generation.AccountChoice;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.GenerationConfig;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.ReceiptStandsException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.generation.RetryPolicy;
import dev.afterimage.generation.guard.CallGuard;
import dev.afterimage.generation.guard.LocalRateLimit;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.image.TemplatesConfig;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.PermitLapsedException;
import dev.afterimage.limit.PermitAcquirer;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.ProviderLimiter.LimiterStatus;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipt;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.provider.ProvidersConfig;
import dev.afterimage.provider.TemplateProviders;
import dev.afterimage.testing.CallersThread;
import dev.afterimage.testing.ClosedCircuit;
import dev.afterimage.testing.Configs;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Orders;
import dev.afterimage.testing.Retrying;
import dev.afterimage.testing.SampleImages;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The decorators around the provider as the service composes them. Each holds its law by itself; here they meet. The guards
 * do what their annotations say, over the hand-moved clock.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GuardedChainTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private final MutableClock clock = MutableClock.atSomeTime();
    private final FakePause pause = new FakePause(clock);
    private final CountingLimiter limiter = new CountingLimiter();
    private final CountingBudget budget = new CountingBudget();
    private final Belt belt = new Belt();
    private final Machine machine =
            new Machine(clock, clock::nanoTime, pause, new SplittableRandom(1), () -> "token", new CallersThread());
    private final Orders order = Orders.next();
    private final Instant start = clock.instant();
    private int calls;
    private ImageGenerator provider = (request, attempt) -> {
        attempt.departure().now();
        calls++;
        return new GeneratedImage(SampleImages.png(), ImageFormat.PNG);
    };
    private ImageGenerator chain = (request, attempt) -> provider.generate(request, attempt);

    /** The memory limiter, counting permits acquired and released. */
    private final class CountingLimiter implements ProviderLimiter {
        private final MemoryLimiter memory = Limiters.memory(
                new Limits(100, Duration.ofSeconds(1), OptionalInt.empty(), 1, Duration.ofSeconds(70)), clock);
        private int acquired;
        private int released;

        @Override
        public Permit acquire(List<String> accounts, Lane lane, Duration patience) {
            acquired++;
            return memory.acquire(accounts, lane, patience);
        }

        @Override
        public Permit acquirePoll(String account, Lane lane, Duration patience) {
            return memory.acquirePoll(account, lane, patience);
        }

        @Override
        public Permit depart(Permit.Granted permit, Purchase purchase) {
            return memory.depart(permit, purchase);
        }

        @Override
        public Permit redepart(Permit.Departed call) {
            return memory.redepart(call);
        }

        @Override
        public void restamp(Permit.Departed call) {
            memory.restamp(call);
        }

        @Override
        public void stop(String account, LaneStop.Reason reason) {
            memory.stop(account, reason);
        }

        @Override
        public void release(Permit.Granted permit) {
            released++;
            memory.release(permit);
        }

        @Override
        public boolean lower(String account, int calls, Duration window) {
            return memory.lower(account, calls, window);
        }

        @Override
        public void coolDown(String account, Duration wait) {
            memory.coolDown(account, wait);
        }

        @Override
        public LimiterStatus status() {
            return memory.status();
        }
    }

    /** A budget without a limit that counts the credits taken. */
    private static final class CountingBudget implements CreditBudget {
        private int taken;

        @Override
        public Decision reserve(Charge charge) {
            taken++;
            return new Reserved("2026-11", charge);
        }

        @Override
        public void settle(Reserved reserved, double cost) {
            taken--;
        }

        @Override
        public List<Usage> usage(String month, By by) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Status status(String account) {
            throw new UnsupportedOperationException();
        }
    }

    /** A bulkhead that has no room until some time. */
    private final class Belt extends CallGuard {
        private Instant roomFrom = Instant.MIN;

        @Override
        public GeneratedImage call(Callable<GeneratedImage> work) throws Exception {
            if (clock.instant().isBefore(roomFrom)) {
                throw new BulkheadException();
            }
            return work.call();
        }
    }

    @BeforeEach
    void compose() {
        ImageGenerator last = chain;
        AccountChoice accounts = new AccountChoice(
                new TemplateProviders(
                        Configs.of(ProviderConfig.class),
                        Configs.of(ProvidersConfig.class),
                        Configs.of(TemplatesConfig.class)),
                clock);
        chain = new GenerationWiring()
                .guarded(
                        last,
                        new Retrying(pause),
                        new ClosedCircuit(),
                        belt,
                        new LocalRateLimit(),
                        budget,
                        accounts,
                        new PermitAcquirer(limiter, clock, pause, new SplittableRandom(1)),
                        new CallSettler(limiter.memory, Duration.ofSeconds(70), clock, pause, new CallersThread()),
                        limiter,
                        Configs.of(ProviderConfig.class),
                        Configs.of(GenerationConfig.class),
                        machine,
                        new RetryPolicy(Duration.ofSeconds(30), clock, new SplittableRandom(1)));
    }

    private GeneratedImage generate() {
        return chain.generate(REQUEST, Attempt.of(Lane.INTERACTIVE, Deadline.in(PATIENCE, clock), order));
    }

    private Duration passed() {
        return Duration.between(start, clock.instant());
    }

    @Test
    void successfulCallTakesOnePermitAndOneCredit() {
        assertThat(generate()).isNotNull();

        assertThat(calls).isEqualTo(1);
        assertThat(limiter.acquired).isEqualTo(1);
        assertThat(limiter.released).isZero();
        assertThat(receipt()).hasValueSatisfying(open -> {
            assertThat(open.state()).isEqualTo(Receipt.State.OPEN);
            assertThat(open.purchases()).isEqualTo(1);
        });
        assertThat(budget.taken).isEqualTo(1);
    }

    @Test
    void fullBulkheadIsTriedOnceASecondUntilTheDeadline() {
        belt.roomFrom = Instant.MAX;

        assertThatThrownBy(this::generate).isInstanceOfSatisfying(ThrottledException.class, throttled -> {
            assertThat(throttled.byProvider()).isFalse();
            assertThat(throttled.retryAfter()).isPresent();
        });
        assertThat(passed()).isBetween(PATIENCE.minusSeconds(2), PATIENCE);
        assertThat(limiter.acquired).isBetween(2, 26);
        assertThat(limiter.released).isEqualTo(limiter.acquired);
        assertThat(budget.taken).isZero();
        assertThat(calls).isZero();
    }

    @Test
    void freedBulkheadPlaceIsTaken() {
        belt.roomFrom = start.plusMillis(2_500);

        assertThat(generate()).isNotNull();
        assertThat(passed()).isLessThan(Duration.ofSeconds(4));
        assertThat(limiter.acquired).isEqualTo(4);
        assertThat(budget.taken).isEqualTo(1);
    }

    @Test
    void repeatedlyLapsingPermitsAreTakenAtASteadyPace() {
        provider = (request, attempt) -> {
            throw new PermitLapsedException(Duration.ofMillis(1));
        };

        assertThatThrownBy(this::generate).isInstanceOf(ThrottledException.class);
        assertThat(passed()).isBetween(PATIENCE.minusSeconds(2), PATIENCE);
        assertThat(limiter.acquired).isBetween(10, 40);
        assertThat(limiter.released).isEqualTo(limiter.acquired);
        assertThat(budget.taken).isZero();
    }

    @Test
    void aProviderThatIsDownIsTriedFiveTimesWithinTheDeadline() {
        provider = (request, attempt) -> {
            throw new UnavailableException("connection refused", null);
        };

        assertThatThrownBy(this::generate).isInstanceOf(UnavailableException.class);
        assertThat(limiter.acquired).isEqualTo(5);
        assertThat(passed()).isLessThan(PATIENCE);
        assertThat(budget.taken).isZero();
    }

    @Test
    void aCallerCancelledWhileTheBulkheadIsFullEndsAtOnce() {
        belt.roomFrom = Instant.MAX;

        Thread.currentThread().interrupt();

        assertThatThrownBy(this::generate).isInstanceOf(UnavailableException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(budget.taken).isZero();
    }

    private Optional<Receipt> receipt() {
        return limiter.memory.find(order.purchase().key());
    }

    @Test
    void throttledCallLeavesNoReceiptBeforeItsRetry() {
        ImageGenerator sound = provider;
        provider = (request, attempt) -> {
            attempt.departure().now();
            calls++;
            provider = sound;
            throw ThrottledException.byProvider(Duration.ofSeconds(2));
        };

        assertThat(generate()).isNotNull();

        assertThat(calls).isEqualTo(2);
        assertThat(passed()).isEqualTo(Duration.ofSeconds(2));
        assertThat(budget.taken).isEqualTo(1);
        assertThat(receipt())
                .hasValueSatisfying(open -> assertThat(open.purchases()).isEqualTo(1));
    }

    @Test
    void unknownOutcomeCostsACreditAndIsNotRetried() {
        provider = (request, attempt) -> {
            attempt.departure().now();
            calls++;
            throw OutcomeUnknownException.serverError("500");
        };

        assertThatThrownBy(this::generate)
                .isInstanceOfSatisfying(
                        OutcomeUnknownException.class,
                        unknown -> assertThat(unknown.nextPurchase()).contains(Duration.ofSeconds(70)));

        assertThat(calls).isEqualTo(1);
        assertThat(budget.taken).isEqualTo(1);
        assertThat(receipt())
                .hasValueSatisfying(lost -> assertThat(lost.state()).isEqualTo(Receipt.State.UNKNOWN));
    }

    @Test
    void callRefusedByAReceiptCostsNoCredit() {
        generate();

        assertThatThrownBy(this::generate).isInstanceOf(ReceiptStandsException.class);

        assertThat(calls).isEqualTo(1);
        assertThat(budget.taken).isEqualTo(1);
    }

    @Test
    void refusedKeyIsProbedOnceAMinute() {
        provider = (request, attempt) -> {
            attempt.departure().now();
            calls++;
            throw new AccessRefusedException("401");
        };

        for (int second = 0; second < 150; second++) {
            assertThatThrownBy(this::generate).isInstanceOf(AccessRefusedException.class);
            clock.advance(Duration.ofSeconds(1));
        }

        assertThat(calls).isEqualTo(3);
        assertThat(budget.taken).isZero();
        assertThat(limiter.status().accounts().getFirst().stops())
                .extracting(LaneStop::reason)
                .containsExactly(LaneStop.Reason.ACCESS_REFUSED);
    }
}
