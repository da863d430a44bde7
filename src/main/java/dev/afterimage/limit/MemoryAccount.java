package dev.afterimage.limit;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Reason;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.ProviderLimiter.LimiterStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The limiter's state of one account, for a fleet of one process: its window, places, cool-down and stops. Times are
 * nanoseconds since an origin that its owner chooses. Not safe for concurrent use; its owner holds a lock.
 */
final class MemoryAccount {

    private static final long SHORTEST_RETRY = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_WAIT = TimeUnit.DAYS.toNanos(366);

    /**
     * How far ahead a call may be planned. A permit must lapse before the receipt of an image that was stored meanwhile
     * expires ({@code ReceiptMap.IMAGE_KEPT_FOR}), or its call would buy that image again.
     */
    private static final long LONGEST_PLAN = TimeUnit.SECONDS.toNanos(60);

    /** A call's lane, and when it is planned to leave, or was stamped to leave. */
    private record Plan(Lane lane, long start) {}

    private record Stop(Instant since, Instant nextProbe) {}

    /** When a call may start, or why it may not. */
    sealed interface Answer {

        /**
         * The call may start.
         *
         * @param at the time
         * @param probe whether the call is the probe of a stop
         */
        record Start(long at, boolean probe) implements Answer {}

        /**
         * The call may not start within its patience, or its lane is stopped.
         *
         * @param reply {@link Permit.Denied} or {@link Permit.Stopped}
         */
        record No(Permit reply, Duration retryAfter) implements Answer {}
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

    /** When a call that asks now may start. A stop that is due for a probe does not forbid it. */
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

    /** When a call that buys nothing and asks now may start. */
    Answer startPoll(Lane lane, long now, Duration patience) {
        long mayWait = nanos(patience);
        long coolDown = Math.max(0, coolDownUntil - now);
        return coolDown > mayWait ? no(coolDown, Reason.COOL_DOWN) : inWindow(lane, now, coolDown, mayWait, 0, false);
    }

    private Answer start(Lane lane, long now, long patience, boolean probe) {
        long coolDown = Math.max(0, coolDownUntil - now);
        if (coolDown > patience) {
            return no(coolDown, Reason.COOL_DOWN);
        }
        // In the interactive lane somebody waits: a call whose answer is not expected before their deadline does not
        // leave.
        long expected = lane == Lane.INTERACTIVE ? Math.min(longestCall, nanos(latency.expected())) : 0;
        if (expected > patience) {
            return no(new Denied(Duration.ofNanos(expected), Duration.ofNanos(coolDown), Reason.RATE));
        }
        if (!places.isFree(lane)) {
            return no(Math.max(coolDown, nanos(Limits.PLACE_RETRY)), Reason.CONCURRENCY);
        }
        return inWindow(lane, now, coolDown, patience - expected, expected, probe);
    }

    private Answer inWindow(Lane lane, long now, long coolDown, long mayWait, long expected, boolean probe) {
        long start = windows.plan(lane, now, now + coolDown);
        long mayPlan = Math.min(mayWait, plansFarAhead(lane) ? LONGEST_PLAN : lead);
        if (start - now > mayPlan) {
            Reason reason = coolDown > mayPlan ? Reason.COOL_DOWN : Reason.RATE;
            if (start - now > mayWait) {
                return no(new Denied(Duration.ofNanos(start - now + expected), Duration.ofNanos(start - now), reason));
            }
            // The caller asks again half a lead before the start, so that the start still lies ahead then, and the call
            // leaves on time.
            return no(start - now - lead / 2, reason);
        }
        return new Answer.Start(start, probe);
    }

    private boolean plansFarAhead(Lane lane) {
        return lane == Lane.INTERACTIVE && limits.concurrency().isEmpty();
    }

    private static Answer.No no(long wait, Reason reason) {
        return no(denied(wait, reason));
    }

    private static Answer.No no(Denied denied) {
        return new Answer.No(denied, denied.retryAfter());
    }

    /** Plans a call for the start that was answered. */
    void grant(String token, Lane lane, long now, long start) {
        planWithPlace(token, lane, start);
        Instant lapses = clock.instant().plus(Duration.ofNanos(start - now)).plus(limits.grace());
        postponeProbes(lane, reason -> lapses);
    }

    /** Plans a call that buys nothing for the start that was answered. */
    void grantPoll(String token, Lane lane, long start) {
        plan(token, lane, start);
    }

    /**
     * Sets when the next probe of each stop of the lane may leave. After a granted permit that is when the permit
     * lapses, because a call that never leaves finds out nothing; after a departure, one interval later, however the
     * call ends.
     */
    private void postponeProbes(Lane lane, Function<LaneStop.Reason, Instant> next) {
        stops.replaceAll((reason, stop) -> reason.concerns(lane) ? new Stop(stop.since(), next.apply(reason)) : stop);
    }

    /**
     * The denial of a call that must not leave because of a cool-down, whose place in flight is given back; empty when
     * there is no cool-down.
     */
    Optional<Denied> denyInCoolDown(String token, long now) {
        if (coolDownUntil <= now) {
            return Optional.empty();
        }
        places.giveBack(token);
        return Optional.of(denied(coolDownUntil - now, Reason.COOL_DOWN));
    }

    /** The denial of a permit that is no longer valid: says when the lane's next call may leave. */
    Denied lapsed(Lane lane, long now) {
        return denied(Math.max(windows.departure(lane, now), coolDownUntil) - now, Reason.LAPSED);
    }

    /**
     * Stamps the call, and says how long from now it must wait to leave. Where that is longer than the lead, the call
     * is planned anew instead, and denied.
     *
     * @param buys whether the call buys an image: only then does it hold a place in flight, and may be a probe
     */
    Departure depart(String token, Lane lane, boolean buys, long now) {
        long departure = windows.departure(lane, now);
        if (departure - now > lead) {
            if (buys) {
                planWithPlace(token, lane, departure);
            } else {
                plan(token, lane, departure);
            }
            return new Departure(Duration.ZERO, Optional.of(denied(departure - now, Reason.RATE)));
        }
        stamp(token, lane, buys, departure);
        Duration startsIn = Duration.ofNanos(departure - now);
        if (buys) {
            Instant at = clock.instant().plus(startsIn);
            postponeProbes(lane, reason -> at.plus(reason.probedEvery()));
        }
        return new Departure(startsIn, Optional.empty());
    }

    /**
     * The answer to {@link #depart}.
     *
     * @param startsIn the wait until the stamped departure; zero if denied
     * @param denied why the call was not stamped; empty if it was
     */
    record Departure(Duration startsIn, Optional<Denied> denied) {}

    void stamp(String token, Lane lane, boolean buys, long departure) {
        windows.depart(lane, departure);
        stamps.put(token, new Plan(lane, departure), departure + slotTime);
        if (buys) {
            places.take(token, lane, departure + longestCall);
        }
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
    }

    private void planWithPlace(String token, Lane lane, long start) {
        plan(token, lane, start);
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

    /** Gives the place of a call to whoever goes on with its job. */
    void movePlace(String from, String to, Lane lane, long now) {
        places.move(from, to, lane, now + longestCall);
    }

    void giveBackPlace(String token) {
        places.giveBack(token);
    }

    void stop(LaneStop.Reason reason) {
        Instant now = clock.instant();
        stops.computeIfAbsent(reason, first -> new Stop(now, now.plus(first.probedEvery())));
    }

    /** Learns from the end of a call: frees its place, and ends the stops that it shows to be over. */
    void learn(Permit.Departed call, CallOutcome outcome) {
        if (outcome.answered()) {
            places.giveBack(call.token());
        }
        if (outcome instanceof CallOutcome.Image image && !image.late()) {
            Duration taken = Duration.between(call.at(), clock.instant());
            // No call takes longer than that: the rest of the time went into waiting for the store or the disk.
            if (taken.compareTo(limits.longestCall()) <= 0) {
                latency.learn(taken);
            }
        }
        // A call that left before a stop began says nothing about it.
        stops.entrySet()
                .removeIf(stop -> isOver(stop.getKey(), outcome)
                        && !call.at().isBefore(stop.getValue().since()));
    }

    /**
     * Whether an outcome shows that a stop is over. A provider that dealt with a request accepts the key and the account.
     */
    private static boolean isOver(LaneStop.Reason reason, CallOutcome outcome) {
        return switch (outcome) {
            case CallOutcome.Image image -> true;
            case CallOutcome.Unusable answered -> reason != LaneStop.Reason.UNUSABLE_ANSWERS;
            case CallOutcome.Rejected answered -> reason != LaneStop.Reason.UNUSABLE_ANSWERS;
            case CallOutcome.NotBilled free -> false;
            case CallOutcome.Unknown unknown -> false;
        };
    }

    /**
     * Counts unusable answers in a row; {@code maxUnusable} of them stop the bulk lane. To be called once for each call,
     * while its receipt is open.
     */
    void countUnusable(CallOutcome outcome, int maxUnusable) {
        switch (outcome) {
            case CallOutcome.Image image -> unusableInARow = 0;
            case CallOutcome.Unusable unusable -> {
                unusableInARow++;
                if (unusableInARow >= maxUnusable) {
                    stop(LaneStop.Reason.UNUSABLE_ANSWERS);
                }
            }
            default -> {}
        }
    }

    /** See {@link ProviderLimiter#lower}. */
    boolean lower(int calls, Duration window, long now) {
        int stated = limits.inWindow(calls, window);
        if (stated >= limits.rate()) {
            return false;
        }
        if (now >= loweredUntil || stated <= lowered) {
            lowered = stated;
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

    /** A duration in nanoseconds, at most 366 days, so that sums do not overflow. */
    private static long nanos(Duration duration) {
        return Math.min(LONGEST_WAIT, TimeUnit.NANOSECONDS.convert(duration));
    }
}
