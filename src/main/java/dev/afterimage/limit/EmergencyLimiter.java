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
 *   <li>then calls leave from this instance's share, counted in memory, as long as the limiter has just been asked in vain;
 *   <li>found: the fleet is paused until the calls from shares count no more, because other instances used theirs, too, and
 *       find the limiter within {@link OutageTimes#noticedWithin}.
 * </ol>
 */
public final class EmergencyLimiter implements ProviderLimiter {

    static final int LONGEST_HICCUP_SECONDS = 6;
    private static final Duration LONGEST_HICCUP = Duration.ofSeconds(LONGEST_HICCUP_SECONDS);

    private final ProviderLimiter fleet;
    private final ShareLimiter share;
    private final EmergencyListener listener;
    private final OutageTimes times;
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
     * @param silence for how long the shared one may seem lost although it answers again: what a question may take, and the
     *     rest that it is given after several failures
     * @param nanoTime a time that never goes back, such as {@link System#nanoTime}
     */
    public EmergencyLimiter(
            ProviderLimiter fleet,
            Limits limits,
            double share,
            Duration silence,
            EmergencyListener listener,
            LongSupplier nanoTime) {
        this.fleet = fleet;
        this.share = new ShareLimiter(EmergencyShare.of(limits, share), nanoTime);
        this.times = OutageTimes.of(silence);
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.settling = settling(limits).toNanos();
        // Another instance may have lost the limiter later, and a call that it stamped then may leave a lead later
        // still.
        long othersLast = times.apart().plus(limits.lead()).toNanos();
        this.shareAfter = Math.max(settling + othersLast, LONGEST_HICCUP.toNanos());
    }

    private static Duration settling(Limits limits) {
        Duration longestCall = limits.concurrency().isPresent() ? limits.longestCall() : Duration.ZERO;
        return longestCall.compareTo(limits.slotTime()) > 0 ? longestCall : limits.slotTime();
    }

    @Override
    public Permit acquire(Lane lane, Duration patience) {
        long asked = nanoTime.getAsLong();
        try {
            recoverIfLost(asked);
            return fleet.acquire(lane, patience);
        } catch (LimiterUnavailableException gone) {
            return acquireFromShare(lane, patience, lost(asked));
        }
    }

    @Override
    public Permit depart(Granted permit) {
        if (ShareLimiter.gave(permit)) {
            return departFromShare(permit);
        }
        long asked = nanoTime.getAsLong();
        try {
            recoverIfLost(asked);
            return fleet.depart(permit);
        } catch (LimiterUnavailableException gone) {
            lost(asked);
            return new Denied(ShareLimiter.LONGEST_RETRY, Reason.LAPSED);
        }
    }

    @Override
    public void restamp(Granted permit) {
        if (ShareLimiter.gave(permit)) {
            share.restamp(permit);
        } else {
            tellFleet(() -> fleet.restamp(permit)); // Else the slot's margin is all that is left.
        }
    }

    @Override
    public void release(Granted permit) {
        if (ShareLimiter.gave(permit)) {
            share.release(permit);
        } else {
            tellFleet(() -> fleet.release(permit)); // Else the place comes back by itself.
        }
    }

    /** Also told to the share, so that a provider's pause holds whichever limiter is asked. */
    @Override
    public void coolDown(Duration wait) {
        share.coolDown(wait);
        tellFleet(() -> fleet.coolDown(wait));
    }

    private void tellFleet(Runnable message) {
        long asked = nanoTime.getAsLong();
        try {
            message.run();
        } catch (LimiterUnavailableException gone) {
            lost(asked);
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
        long left = current.untilShare(nanoTime.getAsLong(), shareAfter);
        return left > 0
                ? new Denied(ShareLimiter.atMostLongestRetry(Duration.ofNanos(left)), Reason.RATE)
                : share.acquire(lane, patience);
    }

    private Permit departFromShare(Granted permit) {
        if (!mayUseShare()) {
            share.release(permit);
            return new Denied(Duration.ofMillis(1), Reason.LAPSED);
        }
        Permit answer = share.depart(permit);
        if (answer instanceof Granted) {
            listener.permitted(permit.lane());
        }
        return answer;
    }

    /** Once the fleet's limiter answers again, the share is no longer to be used. */
    private boolean mayUseShare() {
        long asked = nanoTime.getAsLong();
        Outage current = outage;
        if (current != null && !current.isCertainAt(asked)) {
            current = askedAgain(asked);
        }
        return current != null && current.untilShare(asked, shareAfter) <= 0;
    }

    private @Nullable Outage askedAgain(long asked) {
        try {
            recoverIfLost(asked);
            return null;
        } catch (LimiterUnavailableException gone) {
            return lost(asked);
        }
    }

    private Outage lost(long asked) {
        recovery.lock();
        try {
            Outage known = outage;
            if (known == null) {
                listener.lost();
            }
            Outage current = known == null ? Outage.begun(times, asked) : known.after(asked);
            outage = current;
            return current;
        } finally {
            recovery.unlock();
        }
    }

    /**
     * The first to find the limiter pauses the fleet before anybody is permitted anything. One asks for all who wait: each would
     * wait for a time-out of its own, one after the other.
     *
     * @param since when the caller began to wait
     */
    private void recoverIfLost(long since) {
        if (outage == null) {
            return;
        }
        recovery.lock();
        try {
            Outage current = outage;
            if (current == null) {
                return;
            }
            if (current.lastFailure() - since > 0) {
                throw new LimiterUnavailableException("The limiter was asked in vain meanwhile", null);
            }
            long asked = nanoTime.getAsLong();
            try {
                fleet.status();
            } catch (LimiterUnavailableException gone) {
                outage = current.after(asked);
                throw gone;
            }
            if (current.othersMayUseTheirShares(nanoTime.getAsLong(), settling, shareAfter)) {
                fleet.coolDown(pauseAfter());
            }
            outage = null;
            listener.found();
        } finally {
            recovery.unlock();
        }
    }

    private Duration pauseAfter() {
        Duration settled = Duration.ofNanos(settling).plus(times.noticedWithin());
        Duration providers = share.status().coolDownLeft();
        return providers.compareTo(settled) > 0 ? providers : settled;
    }
}
