package dev.afterimage.limit;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Reason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One account in the memory of a process that is the whole fleet: its window, places, cool-down and stops. Times are
 * nanoseconds since an origin of its owner's choice, who guards it.
 */
final class MemoryAccount {

    private static final long SHORTEST_RETRY = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_WAIT = TimeUnit.DAYS.toNanos(366);

    /** No start is planned further ahead: a holder looks for the image once more when it has its permit. */
    private static final long LONGEST_PLAN = TimeUnit.SECONDS.toNanos(60);

    /** When a call is to leave. */
    private record Plan(Lane lane, long start) {}

    private record Stop(Instant since, Instant nextProbe) {}

    /** What the account answers to "when may a call start?". */
    sealed interface Answer {

        /**
         * Then.
         *
         * @param probe whether it finds out if a stop is over
         */
        record Start(long at, boolean probe) implements Answer {}

        /** Not within the patience. */
        record No(Permit permit, Duration retryAfter) implements Answer {}
    }

    private final Limits limits;
    private final Clock clock;
    private final Map<LaneStop.Reason, Stop> stops = new EnumMap<>(LaneStop.Reason.class);
    private final LatencyEstimator latency = new LatencyEstimator();
    private final long slotTime;
    private final long lead;
    private final long grace;
    private final long longestCall;
    private final LaneWindows windows;
    private final LanePlaces places;
    private final ExpiringTokens<Plan> plans = new ExpiringTokens<>();
    private final ExpiringTokens<Plan> stamps = new ExpiringTokens<>();
    private long coolDownUntil;
    private int lowered;
    private long loweredUntil;
    private int unusableInARow;

    MemoryAccount(Limits limits, Clock clock) {
        this.limits = limits;
        this.clock = clock;
        lead = nanos(limits.lead());
        grace = nanos(limits.grace());
        longestCall = nanos(limits.longestCall());
        slotTime = nanos(limits.slotTime());
        windows = new LaneWindows(limits, slotTime, lead);
        places = new LanePlaces(limits);
    }

    /** To be called before anything else. */
    void advanceTo(long now) {
        windows.resize(now < loweredUntil ? lowered : limits.rate());
        windows.advanceTo(now);
        plans.expireUpTo(now);
        stamps.expireUpTo(now);
        places.advanceTo(now);
    }

    /** When a call that comes now may start; a call that may find out whether a stop is over is let through. */
    Answer start(Lane lane, long now, Duration patience) {
        Instant instant = clock.instant();
        boolean probe = false;
        for (Map.Entry<LaneStop.Reason, Stop> stop : stops.entrySet()) {
            if (!stop.getKey().concerns(lane)) {
                continue;
            }
            if (instant.isBefore(stop.getValue().nextProbe())) {
                Duration wait = Duration.between(instant, stop.getValue().nextProbe());
                return new Answer.No(new Permit.Stopped(stop.getKey(), wait), wait);
            }
            probe = true;
        }
        return start(lane, now, nanos(patience), probe);
    }

    private Answer start(Lane lane, long now, long patience, boolean probe) {
        long coolDown = Math.max(0, coolDownUntil - now);
        if (coolDown > patience) {
            return no(coolDown, Reason.COOL_DOWN);
        }
        // Somebody waits until a deadline, and a call that is not expected to land by then need not leave for them.
        long expected = lane == Lane.INTERACTIVE ? Math.min(longestCall, nanos(latency.expected())) : 0;
        if (expected > patience) {
            return no(Math.max(coolDown, expected), Reason.RATE);
        }
        long mayWait = patience - expected;
        if (!places.isFree(lane)) {
            return no(Math.max(coolDown, nanos(Limits.PLACE_RETRY)), Reason.CONCURRENCY);
        }
        long start = windows.plan(lane, now, now + coolDown);
        long mayPlan = Math.min(mayWait, plansFarAhead(lane) ? LONGEST_PLAN : lead);
        if (start - now > mayPlan) {
            // Half a lead early: the next to ask is then granted a start that lies ahead, and leaves on time.
            long wait = start - now > mayWait ? start - now + expected : start - now - lead / 2;
            return no(wait, coolDown > mayPlan ? Reason.COOL_DOWN : Reason.RATE);
        }
        return new Answer.Start(start, probe);
    }

    private boolean plansFarAhead(Lane lane) {
        return lane == Lane.INTERACTIVE && limits.concurrency().isEmpty();
    }

    private static Answer.No no(long wait, Reason reason) {
        Denied denied = denied(wait, reason);
        return new Answer.No(denied, denied.retryAfter());
    }

    /** Plans a call for the start that was answered. */
    void grant(String token, Lane lane, long now, long start) {
        plan(token, lane, start);
        Instant lapses = clock.instant().plus(Duration.ofNanos(start - now)).plus(limits.grace());
        putProbesOff(lane, reason -> lapses);
    }

    /**
     * A call that finds out whether stops are over has a permit, or has left. Who gets a permit and does not leave has found
     * nothing out, so the next one may come when that permit has lapsed; however a call ends that has left (throttled, say, or
     * not answered), the next one leaves after the probe's interval.
     */
    private void putProbesOff(Lane lane, Function<LaneStop.Reason, Instant> next) {
        stops.replaceAll((reason, stop) -> reason.concerns(lane) ? new Stop(stop.since(), next.apply(reason)) : stop);
    }

    /** Why the call must not leave now, where there is a reason; it has no place any more then. */
    Optional<Denied> pause(String token, long now) {
        if (coolDownUntil <= now) {
            return Optional.empty();
        }
        places.giveBack(token);
        return Optional.of(denied(coolDownUntil - now, Reason.COOL_DOWN));
    }

    Denied lapsed(Lane lane, long now) {
        return denied(Math.max(windows.departure(lane, now), coolDownUntil) - now, Reason.LAPSED);
    }

    /** How long from now on until the call leaves, and stamps it; or that it must wait, and plans it anew. */
    Departure depart(String token, Lane lane, long now) {
        long departure = windows.departure(lane, now);
        if (departure - now > lead) {
            plan(token, lane, departure);
            return new Departure(Duration.ZERO, Optional.of(denied(departure - now, Reason.RATE)));
        }
        stamp(token, lane, departure);
        Duration startsIn = Duration.ofNanos(departure - now);
        Instant at = clock.instant().plus(startsIn);
        putProbesOff(lane, reason -> at.plus(reason.probedEvery()));
        return new Departure(startsIn, Optional.empty());
    }

    record Departure(Duration startsIn, Optional<Denied> denied) {}

    void stamp(String token, Lane lane, long departure) {
        windows.depart(lane, departure);
        stamps.put(token, new Plan(lane, departure), departure + slotTime);
        places.take(token, lane, departure + longestCall);
    }

    boolean cancelStamp(String token) {
        Plan stamp = stamps.remove(token);
        if (stamp == null) {
            return false;
        }
        windows.cancel(stamp.lane(), stamp.start());
        return true;
    }

    private void plan(String token, Lane lane, long start) {
        plans.put(token, new Plan(lane, start), start + grace);
        windows.reserve(lane, start);
        places.take(token, lane, start + grace);
    }

    boolean forgetPlan(String token) {
        Plan plan = plans.remove(token);
        if (plan == null) {
            return false;
        }
        windows.giveBack(plan.lane(), plan.start());
        return true;
    }

    void giveBackPlace(String token) {
        places.giveBack(token);
    }

    void stop(LaneStop.Reason reason) {
        Instant now = clock.instant();
        stops.computeIfAbsent(reason, first -> new Stop(now, now.plus(first.probedEvery())));
    }

    /** The call has ended so. */
    void learn(Permit.Departed call, CallOutcome outcome) {
        if (outcome.answered()) {
            places.giveBack(call.token());
        }
        if (outcome instanceof CallOutcome.Image) {
            Duration taken = Duration.between(call.at(), clock.instant());
            // One that had to wait for the store says nothing of the provider.
            if (taken.compareTo(limits.longestCall()) <= 0) {
                latency.learn(taken);
            }
        }
        // A call that left before a stop says nothing of what has happened since.
        stops.entrySet()
                .removeIf(stop -> isOver(stop.getKey(), outcome)
                        && !call.at().isBefore(stop.getValue().since()));
    }

    /** A provider that has dealt with a request takes the key, and the account is not empty. */
    private static boolean isOver(LaneStop.Reason reason, CallOutcome outcome) {
        return switch (outcome) {
            case CallOutcome.Image image -> true;
            case CallOutcome.Unusable answered -> reason != LaneStop.Reason.UNUSABLE_ANSWERS;
            case CallOutcome.Rejected answered -> reason != LaneStop.Reason.UNUSABLE_ANSWERS;
            case CallOutcome.NotBilled free -> false;
            case CallOutcome.Unknown unknown -> false;
        };
    }

    /** Counts what a call brought whose receipt was open: so many unusable answers in a row stop the bulk lane. */
    void count(CallOutcome outcome, int maxUnusable) {
        switch (outcome) {
            case CallOutcome.Image image -> unusableInARow = 0;
            case CallOutcome.Unusable unusable -> unusableInARow++;
            default -> {}
        }
        if (unusableInARow >= maxUnusable) {
            stop(LaneStop.Reason.UNUSABLE_ANSWERS);
        }
    }

    boolean lower(int calls, Duration window, long now) {
        int shown = limits.inWindow(calls, window);
        if (shown >= limits.rate()) {
            return false;
        }
        if (now >= loweredUntil || shown <= lowered) {
            lowered = shown;
            loweredUntil = now + nanos(limits.window());
            windows.resize(lowered);
        }
        return true;
    }

    void coolDown(Duration wait, long now) {
        coolDownUntil = Math.max(coolDownUntil, now + nanos(wait));
    }

    LimiterStatus.Account status(String name, long now) {
        return new LimiterStatus.Account(
                name,
                Duration.ofNanos(Math.max(0, coolDownUntil - now)),
                places.inFlight(),
                stops.entrySet().stream()
                        .map(stop -> new LaneStop(stop.getKey(), stop.getValue().since()))
                        .toList());
    }

    private static Denied denied(long wait, Reason reason) {
        return new Denied(Duration.ofNanos(Math.max(wait, SHORTEST_RETRY)), reason);
    }

    /** Saturates: a wait of ages is as good as a year. */
    private static long nanos(Duration duration) {
        return Math.min(LONGEST_WAIT, TimeUnit.NANOSECONDS.convert(duration));
    }
}
