package dev.afterimage.limit;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.PermitLapsedException;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Acquires permits for the calls of this process, and waits for their starts. Blocks; made for virtual threads, of
 * which thousands may wait.
 *
 * <p>A call waits in its lane's {@link PermitQueue} for a permit, waits until the permit's start, prepares its
 * connection, {@linkplain #depart departs}, reports when its request was {@linkplain #left written}, and gives its
 * permit back.
 */
public final class PermitAcquirer {

    private static final Logger LOG = Logger.getLogger(PermitAcquirer.class);

    /**
     * How long before its start a permit is handed out; {@link #depart} waits for the rest. So a thread may wake, or the
     * limiter answer, up to this much late and no slot stays empty. Shorter than the shortest
     * {@linkplain Limits#lead lead}.
     */
    static final Duration EARLY = Duration.ofMillis(80);
    /**
     * How long after its stamp a request may be written; one that is written later is stamped again. That happens when
     * a thread or an event loop does not get a core in time.
     */
    private static final Duration LATE = Limits.JITTER.dividedBy(2);
    /**
     * How often a call tries to depart with one permit. After so many failures the machine is too busy to keep time.
     */
    private static final int MOST_TRIES = 5;
    /** A call that must wait longer to depart gives its permit up and queues for another. */
    private static final Duration LONGEST_WAIT_TO_DEPART = Duration.ofSeconds(2);

    private final ProviderLimiter limiter;
    private final Clock clock;
    private final Pause pause;
    private final RandomGenerator random;
    /**
     * The queues by kind of call. A kind is a String and no record with a {@link Lane}, because an enum's hash differs from
     * process to process, and a simulated fleet must go through its queues in the same order each time.
     */
    private final Map<String, PermitQueue> queues = new ConcurrentHashMap<>();

    public PermitAcquirer(ProviderLimiter limiter, Clock clock, Pause pause, RandomGenerator random) {
        this.limiter = limiter;
        this.clock = clock;
        this.pause = pause;
        this.random = random;
    }

    /**
     * Waits until the call may be prepared; {@link #depart} decides whether it leaves. The permit must be
     * {@linkplain #release released}, whatever happens.
     *
     * <p>In the interactive lane a call is denied at once when its start would be so late that the answer is expected
     * after the deadline. Else everybody would wait in vain as soon as there are more calls than the limit has room for.
     *
     * @param accounts those that may be billed, at least one
     * @return granted; denied at once when the wait would end too late; or stopped
     * @throws InterruptedException when the caller was cancelled; it then holds nothing
     */
    public Permit await(List<String> accounts, Lane lane, Deadline deadline) throws InterruptedException {
        return awaitStart(queue(accounts, lane).acquire(deadline));
    }

    /**
     * As {@link #await}, for a {@linkplain ProviderLimiter#acquirePoll call that buys nothing}. Such calls have a queue
     * of their own, so that none waits behind a purchase that waits for a place in flight.
     *
     * @return granted or denied
     */
    public Permit awaitPoll(String account, Lane lane, Deadline deadline) throws InterruptedException {
        PermitQueue polls =
                queue("poll " + lane + " " + account, patience -> limiter.acquirePoll(account, lane, patience));
        return awaitStart(polls.acquire(deadline));
    }

    private Permit awaitStart(Permit answer) throws InterruptedException {
        if (!(answer instanceof Granted permit)) {
            return answer;
        }
        try {
            pause.await(permit.startsIn().minus(EARLY));
            return permit;
        } catch (InterruptedException | RuntimeException | Error cancelled) {
            release(permit);
            throw cancelled;
        }
    }

    /**
     * Waits before another permit is taken in place of one that lapsed.
     *
     * @return whether another permit may be taken; false at once when the wait would end after the deadline
     */
    public boolean awaitNextPermit(Duration wait, Deadline deadline) throws InterruptedException {
        if (deadline.forbids(wait, clock)) {
            return false;
        }
        pause.await(wait);
        return true;
    }

    /**
     * The limiter's denial of a moment ago, if it says that no call can start by the deadline, so that a flood is turned
     * away without asking the limiter; empty where the limiter must be asked.
     */
    public Optional<Denied> refusal(List<String> accounts, Lane lane, Deadline deadline) {
        return queue(accounts, lane).recentDenial(deadline);
    }

    private PermitQueue queue(List<String> accounts, Lane lane) {
        return queue(lane + " " + accounts, patience -> limiter.acquire(accounts, lane, patience));
    }

    private PermitQueue queue(String kind, Function<Duration, Permit> asked) {
        return queues.computeIfAbsent(kind, waiting -> new PermitQueue(asked, clock, pause, random));
    }

    /** The answer to {@link #depart}. */
    public sealed interface Departure {

        /**
         * The call may leave now.
         *
         * @param call the departed call, whose receipt is open
         * @param due the time of departure that the limiter has stamped, by this process's clock
         */
        record Leaves(Departed call, Instant due) implements Departure {}

        /** The call must not leave at all, because the key's receipt forbids the purchase. */
        record Forbidden(Permit.Refused refused) implements Departure {}
    }

    /**
     * To be called directly before the request is written. Returns when it may be written.
     *
     * @throws PermitLapsedException when the call must not leave with this permit
     */
    public Departure depart(Granted permit, Purchase purchase) {
        Permit answer = limiter.depart(permit, purchase);
        Optional<Departed> stamped = Optional.empty();
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            switch (answer) {
                case Departed departed -> {
                    stamped = Optional.of(departed);
                    Instant due = clock.instant().plus(departed.startsIn());
                    if (awaitDeparture(due, departed.startsIn())) {
                        return new Departure.Leaves(departed, due);
                    }
                }
                case Denied denied -> waitForSlotOrGiveUp(denied);
                case Permit.Refused refused -> {
                    return new Departure.Forbidden(refused);
                }
                case Permit.Granted impossible -> throw new IllegalStateException("granted twice");
                case Permit.Stopped impossible -> throw new IllegalStateException("stopped after it was granted");
            }
            answer = stamped.isPresent() ? limiter.redepart(stamped.get()) : limiter.depart(permit, purchase);
        }
        throw new PermitLapsedException(Limits.JITTER);
    }

    /**
     * To be called when the request is written. Where that took long after the stamp, the limiter counts the call's
     * slot from now on. When the limiter cannot be reached, the stamp stands, because the call has left.
     */
    public void left(Departure.Leaves departure, Instant at) {
        if (at.isAfter(departure.due().plus(LATE))) {
            try {
                limiter.restamp(departure.call());
            } catch (FleetUnavailableException gone) {
                LOG.debugf("A late call counts from its stamp on: %s", gone.getMessage());
            }
        }
    }

    /**
     * {@linkplain ProviderLimiter#lower Lowers} an account's limit to the one that an answer stated. Where the limiter
     * cannot be reached, the next such answer does it.
     */
    public void lower(String account, int calls, Duration window) {
        try {
            limiter.lower(account, calls, window);
        } catch (FleetUnavailableException gone) {
            LOG.debugf("A limit that the provider states cannot be applied: %s", gone.getMessage());
        }
    }

    /** {@linkplain ProviderLimiter#stop Stops} an account's lanes, so that no other call meets the same failure. */
    public void stop(String account, LaneStop.Reason reason) {
        limiter.stop(account, reason);
    }

    /**
     * Gives a permit back whose call will not be made. Where the limiter cannot be reached, the permit lapses in time.
     */
    public void release(Granted permit) {
        try {
            limiter.release(permit);
        } catch (FleetUnavailableException gone) {
            LOG.debugf("A permit lapses by itself: %s", gone.getMessage());
        }
        ended();
    }

    /** To be called when a call has ended: wakes the queues, because a place in flight may be free. */
    public void ended() {
        queues.values().forEach(PermitQueue::wake);
    }

    private void waitForSlotOrGiveUp(Denied denied) {
        boolean permitHolds = denied.reason() == Permit.Reason.RATE;
        if (!permitHolds || denied.retryAfter().compareTo(LONGEST_WAIT_TO_DEPART) > 0) {
            throw new PermitLapsedException(denied.retryAfter());
        }
        await(denied.retryAfter().minus(EARLY));
    }

    /** Waits for the time of departure. False when this thread woke too late, so that the call needs another stamp. */
    private boolean awaitDeparture(Instant due, Duration rest) {
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
