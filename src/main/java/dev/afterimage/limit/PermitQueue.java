package dev.afterimage.limit;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * The queue of one lane in this process, of calls that the same accounts may make: those that have no start yet. One asks the limiter at a time, in the order of arrival,
 * so that the limiter is asked once for each call and not once for each call that waits. Usually the answer is a start that
 * lies ahead, and its holder leaves the queue. Where calls are not planned far ahead (the bulk lane, a limit of calls in
 * flight), the first of the queue asks again when the limiter said, or as soon as this process gave a place in flight back.
 */
final class PermitQueue {

    /** So long what the limiter refused one is refused to others, too, without asking it: a flood costs it nothing. */
    private static final Duration REFUSAL_HOLDS = Duration.ofMillis(50);

    private final List<String> accounts;
    private final Lane lane;
    private final ProviderLimiter limiter;
    private final Clock clock;
    private final Pause pause;
    private final RandomGenerator random;
    private final ReentrantLock head = new ReentrantLock(true);
    private final Semaphore placeGivenBack = new Semaphore(0);
    private volatile Instant movesAt = Instant.MIN;
    private volatile Refusal refusal = new Refusal(Instant.MIN, Instant.MIN);

    /**
     * The limiter had no start within somebody's patience.
     *
     * @param until from then on the limiter is asked again, because a start may have been given back
     * @param start the earliest that there was
     */
    private record Refusal(Instant until, Instant start) {}

    PermitQueue(
            List<String> accounts,
            Lane lane,
            ProviderLimiter limiter,
            Clock clock,
            Pause pause,
            RandomGenerator random) {
        this.accounts = accounts;
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
            Optional<Duration> refused = refusal(latestStart);
            if (refused.isPresent()) {
                return new Denied(refused.get(), Permit.Reason.RATE);
            }
            return ask(latestStart);
        } finally {
            movesAt = Instant.MIN;
            head.unlock();
        }
    }

    /** The wait for a start, when the limiter has said a moment ago that there is none by then. */
    Optional<Duration> refusal(Deadline latestStart) {
        Refusal known = refusal;
        Instant now = clock.instant();
        if (!now.isBefore(known.until())) {
            return Optional.empty();
        }
        return Optional.of(Duration.between(now, known.start())).filter(wait -> latestStart.forbids(wait, clock));
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
            Permit answer = limiter.acquire(accounts, lane, latestStart.remaining(clock));
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
            Instant now = clock.instant();
            refusal = new Refusal(now.plus(REFUSAL_HOLDS), now.plus(denied.retryAfter()));
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
