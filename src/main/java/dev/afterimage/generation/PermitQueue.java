package dev.afterimage.generation;

import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.ProviderLimiter;
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
 * The line of one lane in this process: those who have no start yet. One asks the limiter at a time, in the order of arrival,
 * so that the limiter is asked once for each call and not once for each call that waits. Usually the answer is a start that
 * lies ahead, and its holder steps out of the line. Where calls are not planned far ahead (the bulk lane, a limit of calls in
 * flight), the head of the line asks again when the limiter said, or as soon as this process gave a place in flight back.
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
    private volatile Refusal refusal = new Refusal(Instant.MIN, Instant.MIN);

    /**
     * The limiter had no start within somebody's patience.
     *
     * @param until from then on the limiter is asked again, because a start may have been given back
     * @param start the earliest that there was
     */
    private record Refusal(Instant until, Instant start) {}

    PermitQueue(Lane lane, ProviderLimiter limiter, Clock clock, Pause pause, RandomGenerator random) {
        this.lane = lane;
        this.limiter = limiter;
        this.clock = clock;
        this.pause = pause;
        this.random = random;
    }

    /**
     * Waits for a permit in line.
     *
     * @throws ThrottledException as soon as it is known that no start is to be had by then
     * @throws InterruptedException when the caller was cancelled; it then holds nothing
     */
    Granted acquire(Deadline latestStart) throws InterruptedException {
        Duration untilItMoves = Duration.between(clock.instant(), movesAt);
        if (untilItMoves.isPositive() && latestStart.forbids(untilItMoves, clock)) {
            throw ThrottledException.byLimiter(untilItMoves);
        }
        // Someone whose deadline has passed is still answered when nobody stands before him.
        if (!pause.lock(head, latestStart.remaining(clock))) {
            throw ThrottledException.byLimiter(Limits.PLACE_RETRY);
        }
        try {
            Optional<Duration> refused = refusal(latestStart);
            if (refused.isPresent()) {
                throw ThrottledException.byLimiter(refused.get());
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

    private Granted ask(Deadline latestStart) throws InterruptedException {
        while (true) {
            placeGivenBack.drainPermits();
            switch (limiter.acquire(lane, latestStart.remaining(clock))) {
                case Granted granted -> {
                    return granted;
                }
                case Permit.Stopped stopped -> throw stopped(stopped);
                case Permit.Refused refused -> throw new ReceiptStandsException(refused);
                case Permit.Departed departed -> throw new IllegalStateException("departed before it was granted");
                case Denied denied -> {
                    if (latestStart.forbids(denied.retryAfter(), clock)) {
                        remember(denied);
                        throw ThrottledException.byLimiter(denied.retryAfter());
                    }
                    waitAsHead(denied);
                }
            }
        }
    }

    private GenerationException stopped(Permit.Stopped stopped) {
        return switch (stopped.reason()) {
            case ACCESS_REFUSED -> AccessRefusedException.remembered(stopped.retryAfter());
            case OUT_OF_CREDITS ->
                new OutOfCreditsException(
                        "the provider's account was empty a moment ago",
                        clock.instant().plus(stopped.retryAfter()));
            case UNUSABLE_ANSWERS -> ThrottledException.byLimiter(stopped.retryAfter());
        };
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
