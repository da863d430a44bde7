package dev.afterimage.limit;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static dev.afterimage.testing.Limiters.ONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.PermitLapsedException;
import dev.afterimage.limit.Permit.Reason;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.ProviderLimiter.LimiterStatus;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Purchases;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PermitAcquirerTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration EARLY = PermitAcquirer.EARLY;

    private final MutableClock clock = new MutableClock();
    private final FakePause pause = new FakePause(clock);

    @AutoClose("shutdownNow")
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private static Limits rate(int rate) {
        return new Limits(rate, SECOND, OptionalInt.empty(), 1, Duration.ofSeconds(20));
    }

    private static Limits inFlight(int concurrency) {
        return new Limits(100, SECOND, OptionalInt.of(concurrency), 1, Duration.ofSeconds(20));
    }

    private PermitAcquirer gate(ProviderLimiter limiter) {
        return new PermitAcquirer(limiter, clock, pause, new Random(1));
    }

    private MemoryLimiter limiter(Limits limits) {
        return Limiters.memory(limits, clock);
    }

    private static Granted granted(PermitAcquirer gate, Lane lane, Deadline deadline) throws InterruptedException {
        return (Granted) gate.await(ONE, lane, deadline);
    }

    private Deadline in(Duration patience) {
        return Deadline.in(patience, clock);
    }

    /** Denies until a grant is released, and records every question. */
    private static class StubbornLimiter implements ProviderLimiter {
        final BlockingQueue<Duration> questions = new LinkedBlockingQueue<>();
        final Semaphore grants = new Semaphore(0);
        final Denied denial;

        StubbornLimiter(Duration retryAfter, Reason reason) {
            denial = new Denied(retryAfter, reason);
        }

        @Override
        public Permit acquire(List<String> accounts, Lane lane, Duration patience) {
            // Decided before it is recorded, so that a test that waits for the record cannot change it.
            boolean granted = grants.tryAcquire();
            questions.add(patience);
            return granted ? new Granted("t", DEFAULT_ACCOUNT, lane, Duration.ZERO) : denial;
        }

        @Override
        public Permit acquirePoll(String account, Lane lane, Duration patience) {
            return acquire(List.of(account), lane, patience);
        }

        @Override
        public Permit depart(Granted permit, Purchase purchase) {
            return denial;
        }

        @Override
        public Permit redepart(Departed call) {
            return denial;
        }

        @Override
        public void restamp(Departed call) {}

        @Override
        public void release(Granted permit) {}

        @Override
        public void coolDown(String account, Duration wait) {}

        @Override
        public boolean lower(String account, int calls, Duration window) {
            return false;
        }

        @Override
        public void stop(String account, LaneStop.Reason reason) {}

        @Override
        public LimiterStatus status() {
            return new LimiterStatus(List.of(new LimiterStatus.Account(DEFAULT_ACCOUNT, Duration.ZERO, 0, List.of())));
        }
    }

    @Test
    void aFreeSlotIsNotWaitedFor() throws Exception {
        gate(limiter(rate(1))).await(ONE, Lane.INTERACTIVE, in(SECOND));

        assertThat(pause.waits()).isEmpty();
    }

    @Test
    void plannedStartIsWaitedForExactly() throws Exception {
        PermitAcquirer gate = gate(limiter(rate(1)));
        gate.depart(granted(gate, Lane.INTERACTIVE, in(SECOND)), Purchases.next());

        Granted second = granted(gate, Lane.INTERACTIVE, in(Duration.ofSeconds(5)));
        gate.depart(second, Purchases.next());

        assertThat(pause.waits()).containsExactly(rate(1).slotTime().minus(EARLY), EARLY);
    }

    @Test
    void waitBeyondTheDeadlineIsRefusedAtOnce() throws Exception {
        PermitAcquirer gate = gate(limiter(rate(1)));
        gate.depart(granted(gate, Lane.INTERACTIVE, in(SECOND)), Purchases.next());

        Denied denied = (Denied) gate.await(ONE, Lane.INTERACTIVE, in(Duration.ofMillis(900)));

        assertThat(denied.retryAfter()).isEqualTo(rate(1).slotTime());
        assertThat(pause.waits()).isEmpty();
    }

    @Test
    void denialIsReusedForTheNextCallerWithoutAskingTheLimiter() throws Exception {
        StubbornLimiter limiter = new StubbornLimiter(Duration.ofSeconds(20), Reason.RATE);
        PermitAcquirer gate = gate(limiter);

        for (int caller = 0; caller < 100; caller++) {
            Denied denied = (Denied) gate.await(ONE, Lane.INTERACTIVE, in(Duration.ofSeconds(5)));
            assertThat(denied.retryAfter()).isEqualTo(Duration.ofSeconds(20));
        }
        assertThat(limiter.questions).hasSize(1);

        clock.advance(Duration.ofMillis(50));
        assertThat(gate.await(ONE, Lane.INTERACTIVE, in(Duration.ofSeconds(5)))).isInstanceOf(Denied.class);
        assertThat(limiter.questions).hasSize(2);
    }

    @Test
    void denialIsNotReusedForALaterDeadlineOrTheOtherLane() throws Exception {
        StubbornLimiter limiter = new StubbornLimiter(Duration.ofSeconds(20), Reason.RATE);
        PermitAcquirer gate = gate(limiter);
        assertThat(gate.await(ONE, Lane.INTERACTIVE, in(Duration.ofSeconds(5)))).isInstanceOf(Denied.class);
        limiter.grants.release(2);

        assertThat(gate.await(ONE, Lane.INTERACTIVE, in(Duration.ofSeconds(25))))
                .isInstanceOf(Granted.class);
        assertThat(gate.await(ONE, Lane.BULK, in(Duration.ofSeconds(5)))).isInstanceOf(Granted.class);
    }

    @Test
    void freeSlotIsTakenEvenAfterTheDeadline() throws Exception {
        PermitAcquirer gate = gate(limiter(rate(1)));

        gate.depart(granted(gate, Lane.INTERACTIVE, in(Duration.ZERO)), Purchases.next());

        assertThat(gate.await(ONE, Lane.INTERACTIVE, in(Duration.ZERO))).isInstanceOf(Denied.class);
    }

    @Test
    void bulkLaneAsksAgainUntilItIsGranted() throws Exception {
        PermitAcquirer gate = gate(limiter(rate(1)));
        gate.depart(granted(gate, Lane.BULK, in(SECOND)), Purchases.next());

        gate.depart(granted(gate, Lane.BULK, in(Duration.ofSeconds(5))), Purchases.next());

        assertThat(pause.waits().stream().reduce(Duration.ZERO, Duration::plus)).isEqualTo(rate(1).slotTime());
    }

    @Test
    void aCoolDownWithinTheDeadlineIsWaitedFor() throws Exception {
        ProviderLimiter limiter = limiter(rate(1));
        limiter.coolDown(DEFAULT_ACCOUNT, Duration.ofSeconds(3));

        gate(limiter).await(ONE, Lane.INTERACTIVE, in(Duration.ofSeconds(10)));

        assertThat(pause.waits()).containsExactly(Duration.ofSeconds(3).minus(EARLY));
    }

    @Test
    void permitLapsesWhenACoolDownBegins() throws Exception {
        ProviderLimiter limiter = limiter(rate(1));
        PermitAcquirer gate = gate(limiter);
        Granted permit = granted(gate, Lane.INTERACTIVE, in(SECOND));
        limiter.coolDown(DEFAULT_ACCOUNT, Duration.ofSeconds(3));

        PermitLapsedException lapsed =
                catchThrowableOfType(PermitLapsedException.class, () -> gate.depart(permit, Purchases.next()));

        assertThat(lapsed.retryAfter()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void threadThatWakesTooLateRedeparts() throws Exception {
        ProviderLimiter limiter = limiter(rate(1));
        AtomicInteger held = new AtomicInteger();
        Pause sluggish = duration -> {
            pause.await(duration);
            if (duration.equals(EARLY) && held.getAndIncrement() == 0) {
                clock.advance(Duration.ofMillis(40));
            }
        };
        PermitAcquirer gate = new PermitAcquirer(limiter, clock, sluggish, new Random(1));
        gate.depart(granted(gate, Lane.INTERACTIVE, in(SECOND)), Purchases.next());

        gate.depart(granted(gate, Lane.INTERACTIVE, in(Duration.ofSeconds(5))), Purchases.next());

        Permit next = limiter.acquire(ONE, Lane.INTERACTIVE, Duration.ZERO);
        assertThat(next).isEqualTo(new Denied(rate(1).slotTime(), Reason.RATE));
        assertThat(held).hasValue(1);
    }

    @Test
    void departureAskedForTooEarlyWaitsWithTheSamePermit() throws Exception {
        ProviderLimiter limiter = limiter(rate(1));
        Granted permit = (Granted) limiter.acquire(ONE, Lane.INTERACTIVE, Duration.ZERO);
        PermitAcquirer gate = gate(limiter);
        clock.advance(Duration.ofMillis(600));
        gate.depart(granted(gate, Lane.BULK, in(SECOND)), Purchases.next());

        gate.depart(permit, Purchases.next());

        assertThat(pause.waits()).containsExactly(rate(1).slotTime().minus(EARLY), EARLY);
    }

    @Test
    void aThreadThatNeverWakesInTimeDoesNotLeave() throws Exception {
        ProviderLimiter limiter = limiter(rate(1));
        Pause sluggish = duration -> {
            pause.await(duration);
            if (duration.isPositive()) {
                clock.advance(Duration.ofMillis(40));
            }
        };
        PermitAcquirer gate = new PermitAcquirer(limiter, clock, sluggish, new Random(1));
        gate.depart(granted(gate, Lane.INTERACTIVE, in(SECOND)), Purchases.next());
        Granted second = granted(gate, Lane.INTERACTIVE, in(Duration.ofSeconds(5)));
        StubbornLimiter early = new StubbornLimiter(SECOND, Reason.RATE) {
            @Override
            public Permit depart(Granted permit, Purchase purchase) {
                return new Departed("stamped", permit.lane(), purchase, clock.instant(), EARLY);
            }

            @Override
            public Permit redepart(Departed call) {
                return depart(new Granted("stamped", DEFAULT_ACCOUNT, call.lane(), Duration.ZERO), call.purchase());
            }
        };

        assertThatThrownBy(() ->
                        new PermitAcquirer(early, clock, sluggish, new Random(1)).depart(second, Purchases.next()))
                .isInstanceOf(PermitLapsedException.class);
    }

    @Test
    void aCallThatLeftLateHoldsItsSlotFromThenOn() throws Exception {
        ProviderLimiter limiter = limiter(rate(1));
        PermitAcquirer gate = gate(limiter);
        PermitAcquirer.Departure.Leaves departure = (PermitAcquirer.Departure.Leaves)
                gate.depart(granted(gate, Lane.INTERACTIVE, in(SECOND)), Purchases.next());
        clock.advance(Duration.ofMillis(300));

        gate.left(departure, clock.instant());

        assertThat(limiter.acquire(ONE, Lane.INTERACTIVE, Duration.ZERO))
                .isEqualTo(new Denied(rate(1).slotTime(), Reason.RATE));
    }

    @Test
    void departureOnTimeIsNotReportedToTheLimiterAgain() throws Exception {
        ProviderLimiter limiter = limiter(rate(1));
        PermitAcquirer gate = gate(limiter);
        PermitAcquirer.Departure.Leaves departure = (PermitAcquirer.Departure.Leaves)
                gate.depart(granted(gate, Lane.INTERACTIVE, in(SECOND)), Purchases.next());
        Instant left = clock.instant().plus(Duration.ofMillis(5));
        clock.advance(Duration.ofMillis(300));

        gate.left(departure, left);

        assertThat(limiter.acquire(ONE, Lane.INTERACTIVE, Duration.ZERO))
                .isEqualTo(new Denied(rate(1).slotTime().minusMillis(300), Reason.RATE));
    }

    @Test
    void releaseInThisProcessWakesTheFirstWaiterAtOnce() throws Exception {
        StubbornLimiter limiter = new StubbornLimiter(Duration.ofHours(1), Reason.CONCURRENCY);
        PermitAcquirer gate = gate(limiter);
        Future<Granted> waiting = threads.submit(() -> granted(gate, Lane.INTERACTIVE, in(Duration.ofDays(1))));
        limiter.questions.take();

        limiter.grants.release();
        gate.release(new Granted("other", DEFAULT_ACCOUNT, Lane.BULK, Duration.ZERO));

        assertThat(waiting.get()).isNotNull();
    }

    @Test
    void firstWaiterPollsWithoutARelease() throws Exception {
        StubbornLimiter limiter = new StubbornLimiter(Duration.ofMillis(1), Reason.CONCURRENCY);
        PermitAcquirer gate = gate(limiter);
        Future<Granted> waiting = threads.submit(() -> granted(gate, Lane.INTERACTIVE, in(Duration.ofDays(1))));
        for (int question = 0; question < 5; question++) {
            limiter.questions.take();
        }

        limiter.grants.release();

        assertThat(waiting.get()).isNotNull();
    }

    @Test
    void onlyTheFirstWaiterAsksTheLimiter() throws Exception {
        StubbornLimiter limiter = new StubbornLimiter(Duration.ofHours(1), Reason.CONCURRENCY);
        PermitAcquirer gate = gate(limiter);
        CountDownLatch served = new CountDownLatch(100);
        for (int client = 0; client < 100; client++) {
            threads.submit(() -> {
                granted(gate, Lane.INTERACTIVE, in(Duration.ofDays(1)));
                served.countDown();
                return null;
            });
        }
        limiter.questions.take();
        assertThat(limiter.questions.poll(50, TimeUnit.MILLISECONDS)).isNull();

        limiter.grants.release(100);
        gate.release(new Granted("other", DEFAULT_ACCOUNT, Lane.BULK, Duration.ZERO));
        served.await();

        assertThat(limiter.questions).hasSize(100);
    }

    @Test
    void waitersAreServedInOrderOfArrival() throws Exception {
        StubbornLimiter limiter = new StubbornLimiter(Duration.ofHours(1), Reason.CONCURRENCY);
        PermitAcquirer gate = gate(limiter);
        List<Integer> order = new ArrayList<>();
        List<Future<?>> clients = new ArrayList<>();
        for (int client = 0; client < 20; client++) {
            int number = client;
            CompletableFuture<Thread> arriving = new CompletableFuture<>();
            clients.add(threads.submit(() -> {
                arriving.complete(Thread.currentThread());
                granted(gate, Lane.INTERACTIVE, in(Duration.ofDays(1)));
                synchronized (order) {
                    order.add(number);
                }
                return null;
            }));
            awaitWaiting(arriving.get());
        }

        for (int client = 0; client < 20; client++) {
            limiter.grants.release();
            gate.release(new Granted("other", DEFAULT_ACCOUNT, Lane.BULK, Duration.ZERO));
            clients.get(client).get();
        }

        assertThat(order).isSorted();
    }

    private static void awaitWaiting(Thread client) {
        while (client.getState() != Thread.State.WAITING && client.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void callerWhoseDeadlineIsBeforeTheNextStartIsDeniedAtOnce() throws Exception {
        CountDownLatch standing = new CountDownLatch(1);
        Pause endless = duration -> {
            standing.countDown();
            new CountDownLatch(1).await();
        };
        StubbornLimiter limiter = new StubbornLimiter(Duration.ofMinutes(5), Reason.COOL_DOWN);
        PermitAcquirer gate = new PermitAcquirer(limiter, clock, endless, new Random(1));
        threads.submit(() -> granted(gate, Lane.BULK, in(Duration.ofHours(1))));
        standing.await();

        Denied denied = (Denied) gate.await(ONE, Lane.BULK, in(Duration.ofMinutes(4)));

        assertThat(denied.retryAfter()).isEqualTo(Duration.ofMinutes(5));
        assertThat(limiter.questions).hasSize(1);
    }

    @Test
    void waiterCancelledBeforeItsStartReturnsItsPermit() throws Exception {
        ProviderLimiter limiter = limiter(rate(1));
        CountDownLatch waits = new CountDownLatch(1);
        Pause endless = duration -> {
            if (duration.isPositive()) {
                waits.countDown();
                new CountDownLatch(1).await();
            }
        };
        PermitAcquirer gate = new PermitAcquirer(limiter, clock, endless, new Random(1));
        gate.depart(granted(gate, Lane.INTERACTIVE, in(SECOND)), Purchases.next());
        Future<Granted> cancelled = threads.submit(() -> granted(gate, Lane.INTERACTIVE, in(Duration.ofDays(1))));
        waits.await();

        threads.shutdownNow();
        assertThatThrownBy(cancelled::get).hasCauseInstanceOf(InterruptedException.class);

        Permit next = limiter.acquire(ONE, Lane.INTERACTIVE, Duration.ofSeconds(5));
        assertThat(next)
                .isInstanceOfSatisfying(
                        Granted.class, granted -> assertThat(granted.startsIn()).isEqualTo(rate(1).slotTime()));
    }

    @Test
    void cancelledWaiterLetsTheOthersPass() throws Exception {
        StubbornLimiter limiter = new StubbornLimiter(Duration.ofHours(1), Reason.CONCURRENCY);
        PermitAcquirer gate = gate(limiter);
        AtomicInteger interrupted = new AtomicInteger();
        Thread head = Thread.startVirtualThread(() -> {
            try {
                granted(gate, Lane.INTERACTIVE, in(Duration.ofDays(1)));
            } catch (InterruptedException cancelled) {
                interrupted.incrementAndGet();
            }
        });
        limiter.questions.take();
        Future<Granted> second = threads.submit(() -> granted(gate, Lane.INTERACTIVE, in(Duration.ofDays(1))));

        limiter.grants.release();
        head.interrupt();

        assertThat(second.get()).isNotNull();
        head.join();
        assertThat(interrupted).hasValue(1);
    }

    @Test
    void aThousandWaitAndAllAreServedWithinTheLimit() throws Exception {
        Limits limits = new Limits(250, Duration.ofMillis(200), OptionalInt.empty(), 1, Duration.ofSeconds(20));
        PermitAcquirer gate = new PermitAcquirer(
                new MemoryLimiter(
                        AccountLimits.of(limits),
                        Limiters.RULES,
                        System::nanoTime,
                        Clock.systemUTC(),
                        ReceiptStorage.NONE),
                Clock.systemUTC(),
                duration -> {
                    if (duration.isPositive()) {
                        new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
                    }
                },
                new Random(1));
        long started = System.nanoTime();
        List<Future<?>> clients = new ArrayList<>();
        for (int client = 0; client < 1000; client++) {
            clients.add(threads.submit(() -> {
                callOnce(gate);
                return null;
            }));
        }
        for (Future<?> client : clients) {
            client.get();
        }

        assertThat(Duration.ofNanos(System.nanoTime() - started))
                .isGreaterThan(limits.slotTime().multipliedBy(3));
    }

    /** On a busy machine a thread may come so late that its permit lapses. */
    private static void callOnce(PermitAcquirer gate) throws InterruptedException {
        for (boolean left = false; !left; ) {
            Granted permit = granted(gate, Lane.INTERACTIVE, Deadline.in(Duration.ofSeconds(30), Clock.systemUTC()));
            try {
                gate.depart(permit, Purchases.next());
                left = true;
            } catch (PermitLapsedException tooLate) {
                assertThat(tooLate.retryAfter()).isPositive();
            } finally {
                gate.release(permit);
            }
        }
    }
}
