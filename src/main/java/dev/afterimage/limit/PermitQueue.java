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
import java.util.random.RandomGenerator;

/**
 * The queue of one lane in this process: the calls that have no start yet. One asks the limiter at a time, in the order of arrival,
 * so that the limiter is asked once for each call and not once for each call that waits. Usually the answer is a start that
 * lies ahead, and its holder leaves the queue. Where calls are not planned far ahead (the bulk lane, a limit of calls in
 * flight), the first of the queue asks again when the limiter said, or as soon as this process gave a place in flight back.
 */
final class PermitQueue {

    /** So long what the limiter refused one is refused to others, too, without asking it: a flood costs it nothing. */
    private static final Duration REFUSAL_HOLDS = Duration.ofMillis(50);

    private final Lane lane;
    private final ProviderLimiter limiter;
    private final Clock clock;
    private final Pause pause;
    private final RandomGenerator random;
    private final ReentrantLock head = new ReentrantLock(true);
    private final Semaphore placeGivenBack = new Semaphore(0);
    private volatile Instant movesAt = Instant.MIN;
    private volatile Refusal refusal = new Refusal(Instant.MIN, new Denied(Duration.ZERO, Permit.Reason.RATE));

    /** The limiter had no start within somebody's patience; it is asked again when that has held long enough. */
    private record Refusal(Instant until, Denied answer) {}

    PermitQueue(Lane lane, ProviderLimiter limiter, Clock clock, Pause pause, RandomGenerator random) {
        this.lane = lane;
        this.limiter = limiter;
        this.clock = clock;
        this.pause = pause;
        this.random = random;
    }

    /**
     * Waits for a permit behind those who came before.
     *
     * @return granted; denied as soon as it is known that no start is to be had by then; or stopped
     * @throws InterruptedException when the caller was cancelled; it then holds nothing
     */
    Permit acquire(Deadline latestStart) throws InterruptedException {
        Duration untilItMoves = Duration.between(clock.instant(), movesAt);
        if (untilItMoves.isPositive() && latestStart.forbids(untilItMoves, clock)) {
            return new Denied(untilItMoves, Permit.Reason.RATE);
        }
        // Someone whose deadline has passed is still answered when nobody stands before him.
        if (!pause.lock(head, latestStart.remaining(clock))) {
            return new Denied(Limits.PLACE_RETRY, Permit.Reason.RATE);
        }
        try {
            Optional<Denied> refused = refusal(latestStart);
            return refused.isPresent() ? refused.get() : ask(latestStart);
        } finally {
            movesAt = Instant.MIN;
            head.unlock();
        }
    }

    /** What the limiter said a moment ago, when there is no start by then. */
    Optional<Denied> refusal(Deadline latestStart) {
        Refusal known = refusal;
        if (!clock.instant().isBefore(known.until())) {
            return Optional.empty();
        }
        return Optional.of(known.answer()).filter(denied -> latestStart.forbids(denied.retryAfter(), clock));
    }

    /** A place in flight was given back. */
    void wake() {
        if (placeGivenBack.availablePermits() == 0) {
            placeGivenBack.release();
        }
    }

    private Permit ask(Deadline latestStart) throws InterruptedException {
        while (true) {
            placeGivenBack.drainPermits();
            Permit answer = limiter.acquire(lane, latestStart.remaining(clock));
            if (!(answer instanceof Denied denied)) {
                return answer;
            }
            if (latestStart.forbids(denied.retryAfter(), clock)) {
                remember(denied);
                return denied;
            }
            waitAsHead(denied);
        }
    }

    private void remember(Denied denied) {
        if (denied.reason() == Permit.Reason.RATE) {
            refusal = new Refusal(clock.instant().plus(REFUSAL_HOLDS), denied);
        }
    }

    private void waitAsHead(Denied denied) throws InterruptedException {
        movesAt = clock.instant().plus(denied.retryAfter());
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
