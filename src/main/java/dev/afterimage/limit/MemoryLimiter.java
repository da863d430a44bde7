package dev.afterimage.limit;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** The limiter of one process that is the whole fleet. */
public final class MemoryLimiter implements ProviderLimiter {

    private static final long SHORTEST_RETRY = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_WAIT = TimeUnit.DAYS.toNanos(366);

    private static final String STAMPED = "stamped:";

    /** When a call is to leave. */
    private record Plan(Lane lane, long start) {}

    private final Limits limits;
    private final LongSupplier nanoTime;
    private final long origin;
    private final long slotTime;
    private final long lead;
    private final long grace;
    private final long longestCall;

    private final ReentrantLock lock = new ReentrantLock();
    private final LaneWindows windows;
    private final LanePlaces places;
    private final ExpiringTokens<Plan> plans = new ExpiringTokens<>();
    private final ExpiringTokens<Plan> stamps = new ExpiringTokens<>();
    private long coolDownUntil;
    private long sequence;

    /**
     * A limiter that has seen no call yet.
     *
     * @param nanoTime a time that never goes back, such as {@link System#nanoTime}
     */
    public MemoryLimiter(Limits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
        origin = nanoTime.getAsLong();
        lead = nanos(limits.lead());
        grace = nanos(limits.grace());
        longestCall = nanos(limits.longestCall());
        slotTime = nanos(limits.slotTime());
        windows = new LaneWindows(limits, slotTime, lead);
        places = new LanePlaces(limits);
    }

    @Override
    public Permit acquire(Lane lane, Duration patience) {
        lock.lock();
        try {
            long now = advance();
            long mayWait = nanos(patience);
            long coolDown = Math.max(0, coolDownUntil - now);
            if (coolDown > mayWait) {
                return denied(coolDown, Reason.COOL_DOWN);
            }
            if (!places.isFree(lane)) {
                return denied(Math.max(coolDown, nanos(Limits.PLACE_RETRY)), Reason.CONCURRENCY);
            }
            long start = windows.plan(lane, now, now + coolDown);
            long mayPlan = plansFarAhead(lane) ? mayWait : Math.min(mayWait, lead);
            if (start - now > mayPlan) {
                // Half a lead early: the next to ask is then granted a start that lies ahead, and leaves on time.
                long wait = start - now > mayWait ? start - now : start - now - lead / 2;
                return denied(wait, coolDown > mayPlan ? Reason.COOL_DOWN : Reason.RATE);
            }
            return grant(lane, now, start);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Permit depart(Granted permit) {
        lock.lock();
        try {
            long now = advance();
            String token = tokenOf(permit);
            if (!forgetWhatItPlanned(permit)) {
                // It may have departed already, and then its call still holds its place.
                return denied(Math.max(windows.departure(permit.lane(), now), coolDownUntil) - now, Reason.LAPSED);
            }
            if (coolDownUntil > now) {
                places.giveBack(token);
                return denied(coolDownUntil - now, Reason.COOL_DOWN);
            }
            long departure = windows.departure(permit.lane(), now);
            if (departure - now > lead) {
                plan(token, permit.lane(), departure);
                return denied(departure - now, Reason.RATE);
            }
            stamp(token, permit.lane(), departure);
            return new Granted(STAMPED + token, permit.lane(), Duration.ofNanos(departure - now));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void restamp(Granted permit) {
        lock.lock();
        try {
            long now = advance();
            cancelStamp(tokenOf(permit));
            stamp(tokenOf(permit), permit.lane(), now);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void release(Granted permit) {
        lock.lock();
        try {
            advance();
            forgetPlan(tokenOf(permit));
            places.giveBack(tokenOf(permit));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void coolDown(Duration wait) {
        lock.lock();
        try {
            coolDownUntil = Math.max(coolDownUntil, advance() + nanos(wait));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public LimiterStatus status() {
        lock.lock();
        try {
            long now = advance();
            return new LimiterStatus(Duration.ofNanos(Math.max(0, coolDownUntil - now)), places.inFlight());
        } finally {
            lock.unlock();
        }
    }

    private long advance() {
        long now = nanoTime.getAsLong() - origin;
        windows.advanceTo(now);
        plans.expireUpTo(now);
        stamps.expireUpTo(now);
        places.advanceTo(now);
        return now;
    }

    private boolean plansFarAhead(Lane lane) {
        return lane == Lane.INTERACTIVE && limits.concurrency().isEmpty();
    }

    private Granted grant(Lane lane, long now, long start) {
        String token = Long.toString(++sequence);
        plan(token, lane, start);
        return new Granted(token, lane, Duration.ofNanos(start - now));
    }

    private void plan(String token, Lane lane, long start) {
        plans.put(token, new Plan(lane, start), start + grace);
        windows.reserve(lane, start);
        places.take(token, lane, start + grace);
    }

    private void stamp(String token, Lane lane, long departure) {
        windows.depart(lane, departure);
        stamps.put(token, new Plan(lane, departure), departure + slotTime);
        places.take(token, lane, departure + longestCall);
    }

    /** Its planned start, or its stamp when it could not leave in time. */
    private boolean forgetWhatItPlanned(Granted permit) {
        String token = tokenOf(permit);
        return (isStamped(permit) && cancelStamp(token)) || forgetPlan(token);
    }

    private boolean cancelStamp(String token) {
        Plan stamp = stamps.remove(token);
        if (stamp == null) {
            return false;
        }
        windows.cancel(stamp.lane(), stamp.start());
        return true;
    }

    private boolean forgetPlan(String token) {
        Plan plan = plans.remove(token);
        if (plan == null) {
            return false;
        }
        windows.giveBack(plan.lane(), plan.start());
        return true;
    }

    private static boolean isStamped(Granted permit) {
        return permit.token().startsWith(STAMPED);
    }

    private static String tokenOf(Granted permit) {
        return isStamped(permit) ? permit.token().substring(STAMPED.length()) : permit.token();
    }

    private static Denied denied(long wait, Reason reason) {
        return new Denied(Duration.ofNanos(Math.max(wait, SHORTEST_RETRY)), reason);
    }

    /** Saturates: a wait of ages is as good as a year. */
    private static long nanos(Duration duration) {
        return Math.min(LONGEST_WAIT, TimeUnit.NANOSECONDS.convert(duration));
    }
}
