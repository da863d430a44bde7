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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * The place in this process where calls wait for the fleet's permission. Made for virtual threads: thousands may wait.
 *
 * <p>Each lane is a line: one asks the limiter at a time, in the order of arrival, so that the limiter is asked once for
 * each call and not once for each call that waits. Usually the answer is a start that lies ahead, and its holder steps out
 * of the line to wait for it. Where calls are not planned far ahead (the bulk lane, a limit of calls in flight), the head of
 * the line asks again when the limiter said, or as soon as this process gave a place in flight back.
 */
public final class PermitGate implements PermitForecast {

    /** How long before its start a permit is handed out; {@link #depart} waits for the rest and leaves on time. */
    private static final Duration EARLY = Duration.ofMillis(25);
    /** So much later than its stamp a written request may be; a thread or an event loop that lost its core takes longer. */
    private static final Duration LATE = Limits.JITTER.dividedBy(2);
    /** A holder who is sent back so often in a row runs on a machine that is too busy to keep time. */
    private static final int MOST_TRIES = 5;
    /** So long what the limiter refused one is refused to others, too, without asking it: a flood costs it nothing. */
    private static final Duration REFUSAL_HOLDS = Duration.ofMillis(50);
    /** Longer waits are taken in line. */
    private static final Duration LONGEST_WAIT_TO_DEPART = Duration.ofSeconds(2);

    private final ProviderLimiter limiter;
    private final Clock clock;
    private final Pause pause;
    private final RandomGenerator random;
    private final CallTime callTime = new CallTime();
    private final Line interactive = new Line();
    private final Line bulk = new Line();

    /** Those of one lane who have no start yet. */
    private static final class Line {
        final ReentrantLock head = new ReentrantLock(true);
        final Semaphore placeGivenBack = new Semaphore(0);
        volatile Instant movesAt = Instant.MIN;
        volatile Refusal refusal = Refusal.NONE;

        void wake() {
            if (placeGivenBack.availablePermits() == 0) {
                placeGivenBack.release();
            }
        }
    }

    /**
     * The limiter had no start within somebody's patience.
     *
     * @param until from then on the limiter is asked again, because a start may have been given back
     * @param start the earliest that there was
     */
    private record Refusal(Instant until, Instant start) {
        static final Refusal NONE = new Refusal(Instant.MIN, Instant.MIN);
    }

    public PermitGate(ProviderLimiter limiter, Clock clock, Pause pause, RandomGenerator random) {
        this.limiter = limiter;
        this.clock = clock;
        this.pause = pause;
        this.random = random;
    }

    /**
     * Returns when the call may be prepared; {@link #depart} has the last word. The permit must be
     * {@linkplain #release released}, whatever happens.
     *
     * <p>A start that is so late that the answer would come after the deadline is not worth a wait, or everybody would wait in
     * vain as soon as there are more than the limit has room for.
     *
     * @throws ThrottledException at once when the wait would end too late
     * @throws InterruptedException when the caller was cancelled; it then holds nothing
     */
    public Granted await(Lane lane, Deadline deadline) throws InterruptedException {
        Granted permit = lineUp(line(lane), lane, latestStart(deadline));
        try {
            pause.await(permit.startsIn().minus(EARLY));
            return permit;
        } catch (InterruptedException | RuntimeException | Error cancelled) {
            release(permit);
            throw cancelled;
        }
    }

    @Override
    public Optional<Duration> refusal(Lane lane, Deadline deadline) {
        return refusal(line(lane), latestStart(deadline));
    }

    private Optional<Duration> refusal(Line line, Deadline latestStart) {
        Refusal refusal = line.refusal;
        Instant now = clock.instant();
        if (!now.isBefore(refusal.until())) {
            return Optional.empty();
        }
        return Optional.of(Duration.between(now, refusal.start())).filter(wait -> latestStart.forbids(wait, clock));
    }

    private Deadline latestStart(Deadline deadline) {
        return deadline.earlierBy(callTime.expected());
    }

    /**
     * A call that may leave now.
     *
     * @param permit the stamped one
     * @param due what the stamp says
     */
    public record Departure(Granted permit, Instant due) {}

    /**
     * To be called directly before the request is written; returns when it may be.
     *
     * @throws PermitLapsedException when the call must not leave with this permit
     */
    public Departure depart(Granted permit) {
        Granted current = permit;
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            switch (limiter.depart(current)) {
                case Granted stamped -> {
                    Instant due = clock.instant().plus(stamped.startsIn());
                    if (isOnTimeFor(due, stamped.startsIn())) {
                        return new Departure(stamped, due);
                    }
                    current = stamped;
                }
                case Denied denied -> waitForSlotOrGiveUp(denied);
            }
        }
        throw new PermitLapsedException(Limits.JITTER);
    }

    /** To be called when the request is written: where that took long, its slot counts from now on. */
    public void left(Departure departure, Instant at) {
        if (at.isAfter(departure.due().plus(LATE))) {
            limiter.restamp(departure.permit());
        }
    }

    /** To be called when the provider has answered with a picture: calls are expected to take so long from now on. */
    public void answered(Departure departure) {
        callTime.learn(Duration.between(departure.due(), clock.instant()));
    }

    /** The call has ended, or will not be made. */
    public void release(Granted permit) {
        limiter.release(permit);
        interactive.wake();
        bulk.wake();
    }

    private Granted lineUp(Line line, Lane lane, Deadline latestStart) throws InterruptedException {
        Duration untilItMoves = Duration.between(clock.instant(), line.movesAt);
        if (untilItMoves.isPositive() && latestStart.forbids(untilItMoves, clock)) {
            throw ThrottledException.byLimiter(untilItMoves);
        }
        // Someone whose deadline has passed is still answered when nobody stands before him.
        if (!line.head.tryLock(latestStart.remaining(clock).toNanos(), TimeUnit.NANOSECONDS)) {
            throw ThrottledException.byLimiter(Limits.PLACE_RETRY);
        }
        try {
            Optional<Duration> refusal = refusal(line, latestStart);
            if (refusal.isPresent()) {
                throw ThrottledException.byLimiter(refusal.get());
            }
            return ask(line, lane, latestStart);
        } finally {
            line.movesAt = Instant.MIN;
            line.head.unlock();
        }
    }

    private Line line(Lane lane) {
        return switch (lane) {
            case INTERACTIVE -> interactive;
            case BULK -> bulk;
        };
    }

    private Granted ask(Line line, Lane lane, Deadline latestStart) throws InterruptedException {
        while (true) {
            line.placeGivenBack.drainPermits();
            switch (limiter.acquire(lane, latestStart.remaining(clock))) {
                case Granted granted -> {
                    return granted;
                }
                case Denied denied -> {
                    if (latestStart.forbids(denied.retryAfter(), clock)) {
                        if (denied.reason() == Permit.Reason.RATE) {
                            Instant now = clock.instant();
                            line.refusal = new Refusal(now.plus(REFUSAL_HOLDS), now.plus(denied.retryAfter()));
                        }
                        throw ThrottledException.byLimiter(denied.retryAfter());
                    }
                    waitAsHead(line, denied);
                }
            }
        }
    }

    private void waitAsHead(Line line, Denied denied) throws InterruptedException {
        line.movesAt = clock.instant().plus(denied.retryAfter());
        switch (denied.reason()) {
            case CONCURRENCY -> {
                // Jitter, so that processes don't ask in step.
                double wait = denied.retryAfter().toNanos() * (0.5 + random.nextDouble());
                boolean unused = line.placeGivenBack.tryAcquire((long) wait, TimeUnit.NANOSECONDS);
            }
            case RATE, COOL_DOWN, LAPSED -> pause.await(denied.retryAfter());
        }
    }

    private void waitForSlotOrGiveUp(Denied denied) {
        boolean stands = denied.reason() == Permit.Reason.RATE;
        if (!stands || denied.retryAfter().compareTo(LONGEST_WAIT_TO_DEPART) > 0) {
            throw new PermitLapsedException(denied.retryAfter());
        }
        await(denied.retryAfter().minus(EARLY));
    }

    /** Whether the thread woke in time to leave with its stamp. */
    private boolean isOnTimeFor(Instant due, Duration rest) {
        if (!rest.isPositive()) {
            return true;
        }
        await(rest);
        return !clock.instant().isAfter(due.plus(Limits.JITTER));
    }

    private void await(Duration wait) {
        try {
            pause.await(wait);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new PermitLapsedException(wait);
        }
    }
}
