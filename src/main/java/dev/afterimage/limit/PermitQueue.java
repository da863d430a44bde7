package dev.afterimage.limit;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The calls of this process that wait for the limiter to plan them, in the order of arrival. There is one queue for each
 * lane and choice of accounts, and others for polls. Only the first call of a queue asks the limiter, so that the limiter
 * is asked about once for each call, however many wait. Usually the answer is a start in the future, and the call leaves
 * the queue. Where calls are not planned far ahead (in the bulk lane, or with a limit of calls in flight), the first call
 * asks again after the wait that the limiter named, or as soon as this process has given a place in flight back.
 */
final class PermitQueue {

    /**
     * For how long a denial of the limiter is repeated to other calls without asking the limiter, so that a flood costs it
     * nothing.
     */
    private static final Duration DENIAL_KEPT_FOR = Duration.ofMillis(50);

    private final Function<Duration, Permit> limiter;
    private final Clock clock;
    private final Pause pause;
    private final RandomGenerator random;
    private final ReentrantLock head = new ReentrantLock(true);
    private final Semaphore placeGivenBack = new Semaphore(0);
    /** Until when the first call of the queue waits before it asks the limiter again; in the past while it does not wait. */
    private volatile Instant headWaitsUntil = Instant.MIN;

    private volatile KeptDenial lastDenial = new KeptDenial(Instant.MIN, new Denied(Duration.ZERO, Permit.Reason.RATE));

    /**
     * The limiter's last denial of a call that could not start within its patience.
     *
     * @param until from then on the limiter is asked again, because a planned start may have been given back
     */
    private record KeptDenial(Instant until, Denied denied) {}

    /**
     * An empty queue.
     *
     * @param limiter asks for a permit with the patience that it is given
     */
    PermitQueue(Function<Duration, Permit> limiter, Clock clock, Pause pause, RandomGenerator random) {
        this.limiter = limiter;
        this.clock = clock;
        this.pause = pause;
        this.random = random;
    }

    /**
     * Waits for a permit behind the calls that came before.
     *
     * @return granted; denied as soon as it is known that there is no start by {@code latestStart}; or stopped
     * @throws InterruptedException when the caller was cancelled; it then holds nothing
     */
    Permit acquire(Deadline latestStart) throws InterruptedException {
        Duration headWaits = Duration.between(clock.instant(), headWaitsUntil);
        if (headWaits.isPositive() && latestStart.forbids(headWaits, clock)) {
            return new Denied(headWaits, Permit.Reason.RATE);
        }
        // A call whose deadline has passed still asks the limiter when nobody is before it.
        if (!pause.lock(head, latestStart.remaining(clock))) {
            return new Denied(Limits.PLACE_RETRY, Permit.Reason.RATE);
        }
        try {
            Optional<Denied> recent = recentDenial(latestStart);
            return recent.isPresent() ? recent.get() : ask(latestStart);
        } finally {
            headWaitsUntil = Instant.MIN;
            head.unlock();
        }
    }

    /** The denial of a moment ago, if it says that no call can start by {@code latestStart}; else empty. */
    Optional<Denied> recentDenial(Deadline latestStart) {
        KeptDenial last = lastDenial;
        if (!clock.instant().isBefore(last.until())) {
            return Optional.empty();
        }
        return Optional.of(last.denied()).filter(denied -> latestStart.forbids(denied.retryAfter(), clock));
    }

    /** To be called when a place in flight was given back. */
    void wake() {
        if (placeGivenBack.availablePermits() == 0) {
            placeGivenBack.release();
        }
    }

    private Permit ask(Deadline latestStart) throws InterruptedException {
        while (true) {
            placeGivenBack.drainPermits();
            Permit answer = limiter.apply(latestStart.remaining(clock));
            if (!(answer instanceof Denied denied)) {
                return answer;
            }
            if (latestStart.forbids(denied.retryAfter(), clock)) {
                keep(denied);
                return denied;
            }
            waitAsHead(denied);
        }
    }

    private void keep(Denied denied) {
        if (denied.reason() == Permit.Reason.RATE) {
            lastDenial = new KeptDenial(clock.instant().plus(DENIAL_KEPT_FOR), denied);
        }
    }

    private void waitAsHead(Denied denied) throws InterruptedException {
        headWaitsUntil = clock.instant().plus(denied.retryAfter());
        switch (denied.reason()) {
            case CONCURRENCY -> {
                // Jitter, so that processes don't ask in step.
                double wait = denied.retryAfter().toNanos() * (0.5 + random.nextDouble());
                boolean unused = pause.acquire(placeGivenBack, 1, Duration.ofNanos((long) wait));
            }
            case RATE, COOL_DOWN, LAPSED -> pause.await(denied.retryAfter());
        }
    }
}
