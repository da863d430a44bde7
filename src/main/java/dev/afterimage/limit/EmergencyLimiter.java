package dev.afterimage.limit;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decorator: what holds while the fleet's limiter cannot be asked. Never "no limit": this instance then goes on with its
 * share of the limit.
 *
 * <p>The provider's window doesn't begin anew when the limiter changes, so neither side starts where the other may still
 * count:
 *
 * <ol>
 *   <li>lost: nothing leaves until the calls that the fleet's limiter permitted count no more (a slot time; where calls in
 *       flight are limited, the longest call), and at least for {@value #LONGEST_HICCUP_SECONDS} s: one instance that is slow
 *       for a moment must not use its share while the others use the whole limit. An outage shorter than that ends here, and
 *       nothing more is to be done;
 *   <li>then calls leave from this instance's share, counted in memory;
 *   <li>found: the fleet is paused until the calls from shares count no more, because other instances used theirs, too, and
 *       find the limiter within that time.
 * </ol>
 */
public final class EmergencyLimiter implements ProviderLimiter {

    static final int LONGEST_HICCUP_SECONDS = 5;
    private static final Duration LONGEST_HICCUP = Duration.ofSeconds(LONGEST_HICCUP_SECONDS);
    private static final String MARK = "emergency:";
    /** How long a caller is sent away while nothing may leave. */
    private static final Duration LONGEST_RETRY = Duration.ofMillis(250);
    /** Within this, instances that are in use notice that the limiter answers again. */
    private static final Duration NOTICED_WITHIN = Duration.ofSeconds(2);

    /**
     * While the limiter is lost.
     *
     * @param since the first failure
     * @param lastFailure the latest
     */
    private record Outage(long since, long lastFailure) {}

    private final ProviderLimiter fleet;
    private final ProviderLimiter share;
    private final EmergencyListener listener;
    private final LongSupplier nanoTime;
    /** Until the calls that others permitted count no more. */
    private final long settling;
    /** Until this instance's share is used. */
    private final long shareAfter;

    private final ReentrantLock recovery = new ReentrantLock();
    private volatile @Nullable Outage outage;

    /**
     * A limiter that survives the fleet's.
     *
     * @param fleet the shared one, whose failures are {@link LimiterUnavailableException}s
     * @param share of the limits, for this instance; above 0 and at most 1
     * @param nanoTime a time that never goes back, such as {@link System#nanoTime}
     */
    public EmergencyLimiter(
            ProviderLimiter fleet, Limits limits, double share, EmergencyListener listener, LongSupplier nanoTime) {
        this.fleet = fleet;
        this.share = new MemoryLimiter(EmergencyShare.of(limits, share), nanoTime);
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.settling = settling(limits).toNanos();
        this.shareAfter = Math.max(settling, LONGEST_HICCUP.toNanos());
    }

    private static Duration settling(Limits limits) {
        Duration longestCall = limits.concurrency().isPresent() ? limits.longestCall() : Duration.ZERO;
        return longestCall.compareTo(limits.slotTime()) > 0 ? longestCall : limits.slotTime();
    }

    @Override
    public Permit acquire(Lane lane, Duration patience) {
        try {
            recoverIfLost();
            return fleet.acquire(lane, patience);
        } catch (LimiterUnavailableException gone) {
            return acquireFromShare(lane, patience, lost());
        }
    }

    @Override
    public Permit depart(Granted permit) {
        if (isFromShare(permit)) {
            return departFromShare(permit);
        }
        try {
            recoverIfLost();
            return fleet.depart(permit);
        } catch (LimiterUnavailableException gone) {
            lost();
            return new Denied(LONGEST_RETRY, Reason.LAPSED);
        }
    }

    @Override
    public void restamp(Granted permit) {
        if (isFromShare(permit)) {
            share.restamp(unmarked(permit));
            return;
        }
        try {
            fleet.restamp(permit);
        } catch (LimiterUnavailableException gone) {
            lost(); // The slot's margin is all that is left.
        }
    }

    @Override
    public void release(Granted permit) {
        if (isFromShare(permit)) {
            share.release(unmarked(permit));
            return;
        }
        try {
            fleet.release(permit);
        } catch (LimiterUnavailableException gone) {
            lost(); // The place comes back by itself.
        }
    }

    /** Also told to the share, so that a provider's pause holds whichever limiter is asked. */
    @Override
    public void coolDown(Duration wait) {
        share.coolDown(wait);
        try {
            fleet.coolDown(wait);
        } catch (LimiterUnavailableException gone) {
            lost();
        }
    }

    @Override
    public LimiterStatus status() {
        try {
            return fleet.status();
        } catch (LimiterUnavailableException gone) {
            return share.status();
        }
    }

    private Permit acquireFromShare(Lane lane, Duration patience, Outage current) {
        long left = current.since() + shareAfter - nanoTime.getAsLong();
        if (left > 0) {
            return new Denied(Duration.ofNanos(Math.min(left, LONGEST_RETRY.toNanos())), Reason.RATE);
        }
        Permit permit = share.acquire(lane, patience);
        return permit instanceof Granted granted ? marked(granted) : permit;
    }

    /** Once the fleet's limiter answers again, the share is no longer to be used. */
    private Permit departFromShare(Granted permit) {
        Permit answer = outage == null ? foundMeanwhile(permit) : share.depart(unmarked(permit));
        if (answer instanceof Granted granted) {
            listener.permitted(permit.lane());
            return marked(granted);
        }
        return answer;
    }

    private Denied foundMeanwhile(Granted permit) {
        share.release(unmarked(permit));
        return new Denied(Duration.ofMillis(1), Reason.LAPSED);
    }

    private Outage lost() {
        recovery.lock();
        try {
            long now = nanoTime.getAsLong();
            Outage before = outage;
            if (before == null) {
                listener.lost();
            }
            // An instance that was idle in between cannot know whether the limiter was lost all the time.
            long since = before != null && now - before.lastFailure() < NOTICED_WITHIN.toNanos() ? before.since() : now;
            Outage current = new Outage(since, now);
            outage = current;
            return current;
        } finally {
            recovery.unlock();
        }
    }

    /** The first to find the limiter pauses the fleet before anybody is permitted anything. */
    private void recoverIfLost() {
        if (outage == null) {
            return;
        }
        recovery.lock();
        try {
            Outage current = outage;
            if (current == null) {
                return;
            }
            fleet.status();
            if (othersMayUseTheirShares(current)) {
                fleet.coolDown(pauseAfter());
            }
            outage = null;
            listener.found();
        } finally {
            recovery.unlock();
        }
    }

    /** Not after a hiccup, and not when this instance was idle while the others found the limiter. */
    private boolean othersMayUseTheirShares(Outage current) {
        boolean wasLong = current.lastFailure() - current.since() >= shareAfter;
        boolean wasJustNow = nanoTime.getAsLong() - current.lastFailure() < settling + NOTICED_WITHIN.toNanos();
        return wasLong && wasJustNow;
    }

    private Duration pauseAfter() {
        Duration settled = Duration.ofNanos(Math.max(settling, NOTICED_WITHIN.toNanos()));
        Duration providers = share.status().coolDownLeft();
        return providers.compareTo(settled) > 0 ? providers : settled;
    }

    private static boolean isFromShare(Granted permit) {
        return permit.token().startsWith(MARK);
    }

    private static Granted marked(Granted permit) {
        return new Granted(MARK + permit.token(), permit.lane(), permit.startsIn());
    }

    private static Granted unmarked(Granted permit) {
        return new Granted(permit.token().substring(MARK.length()), permit.lane(), permit.startsIn());
    }
}
