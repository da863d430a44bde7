package dev.afterimage.redis;

import dev.afterimage.limit.Lane;
import dev.afterimage.limit.LaneStop;
import dev.afterimage.limit.LimiterStatus;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import dev.afterimage.limit.Permit.Refused;
import dev.afterimage.limit.Permit.Stopped;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipt;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The limiter of a fleet, which is one script in Redis: each answer costs one round trip and O(log n). Time is the
 * server's.
 */
public final class RedisLimiter implements ProviderLimiter {

    private static final long JITTER = Limits.JITTER.toNanos();
    /** How often a call is stamped at most: after so many slow round trips in a row, machine or network cannot keep time. */
    private static final int MOST_STAMPS = 5;

    /** The script's answer, and what is known of the server's clock since. */
    private record Answer(ScriptReply script, ServerTime.Difference clocks) {

        int kind() {
            return (int) script.number(0);
        }

        private long start() {
            return (script.number(4) + script.number(1)) * 1000;
        }

        /** The wait until the start, from {@code now}; never too short. */
        Duration startsIn(long now) {
            return Duration.ofNanos(Math.max(0, clocks.latest(start()) - now));
        }

        /**
         * How late a call could be at most, in nanoseconds, if it leaves at its start or at {@code now}, whichever is
         * later.
         */
        long latenessAt(long now) {
            return Math.max(now, clocks.latest(start())) - clocks.earliest(start());
        }

        Instant departure() {
            return Instant.EPOCH.plus(script.number(4) + script.number(1), ChronoUnit.MICROS);
        }

        Duration retryAfter() {
            return Duration.of(script.number(1), ChronoUnit.MICROS);
        }

        /** The answer when no permit was granted. */
        Permit denied() {
            return switch (kind()) {
                case LimiterScript.REFUSED -> refused(script);
                case LimiterScript.STOPPED -> new Stopped(stopReason(script.number(2)), retryAfter());
                default -> new Denied(retryAfter(), Duration.of(script.number(5), ChronoUnit.MICROS), reason());
            };
        }

        private Reason reason() {
            return switch ((int) script.number(2)) {
                case 1 -> Reason.RATE;
                case 2 -> Reason.CONCURRENCY;
                case 3 -> Reason.COOL_DOWN;
                case 4 -> Reason.LAPSED;
                default -> throw new IllegalStateException("the limiter's script knows a reason more than this class");
            };
        }
    }

    private final LimiterScript script;
    private final Limits limits;
    private final ServerTime serverTime = new ServerTime();
    /**
     * Whether this process has had no permit yet. Its first call may probe a refused key at once, because the operator
     * may have mended it.
     */
    private final AtomicBoolean justStarted = new AtomicBoolean(true);

    public RedisLimiter(LimiterScript script, Limits limits) {
        this.script = script;
        this.limits = limits;
    }

    @Override
    public Permit acquire(Lane lane, Duration patience) {
        String token = script.token();
        String first = justStarted.get() ? "1" : "0";
        Answer answer = ask("acquire", token, lane, patience, first);
        if (answer.kind() != LimiterScript.GRANTED) {
            return answer.denied();
        }
        justStarted.set(false);
        return new Granted(token, lane, answer.startsIn(nanoTime()));
    }

    @Override
    public Permit depart(Granted permit, Purchase purchase) {
        return depart("depart", permit.token(), permit.lane(), purchase);
    }

    @Override
    public Permit redepart(Departed call) {
        return depart("redepart", call.token(), call.lane(), call.purchase());
    }

    private Permit depart(String firstAction, String token, Lane lane, Purchase purchase) {
        String action = firstAction;
        Duration notice = Duration.ZERO;
        for (int stamps = 0; stamps < MOST_STAMPS; stamps++) {
            Answer answer = askOf(purchase, action, token, lane, notice);
            if (answer.kind() != LimiterScript.GRANTED) {
                return answer.denied();
            }
            long now = nanoTime();
            long lateness = answer.latenessAt(now);
            if (lateness <= JITTER) {
                return new Departed(token, lane, purchase, answer.departure(), answer.startsIn(now));
            }
            action = "redepart";
            notice = noticeAfter(lateness);
        }
        askOf(purchase, "cancel", token, lane, Duration.ZERO);
        return new Denied(Limits.JITTER, Reason.LAPSED);
    }

    private Answer askOf(Purchase purchase, String action, String token, Lane lane, Duration wait) {
        return answer(script.run(
                action,
                token,
                lane,
                wait,
                purchase.key(),
                Long.toString(purchase.known().toEpochMilli()),
                LimiterScript.micros(purchase.period()),
                purchase.account(),
                purchase.template(),
                purchase.request(),
                purchase.series()));
    }

    /** How much ahead the next departure is asked for, after an answer that came too late: the next one may take as long. */
    private Duration noticeAfter(long lateness) {
        Duration twice = Duration.ofNanos(2 * lateness);
        return twice.compareTo(limits.lead()) < 0 ? twice : limits.lead();
    }

    @Override
    public void restamp(Departed call) {
        ask("restamp", call.token(), call.lane(), Duration.ZERO);
    }

    @Override
    public void release(Granted permit) {
        ask("release", permit.token(), permit.lane(), Duration.ZERO);
    }

    @Override
    public boolean lower(int calls, Duration window) {
        int shown = limits.inWindow(calls, window);
        if (shown >= limits.rate()) {
            return false;
        }
        ask("lower", "", Lane.INTERACTIVE, limits.window(), Integer.toString(shown));
        return true;
    }

    @Override
    public void coolDown(Duration wait) {
        ask("coolDown", "", Lane.INTERACTIVE, wait);
    }

    @Override
    public void stop(LaneStop.Reason reason) {
        ask("stop", "", Lane.INTERACTIVE, Duration.ZERO, reason.name());
    }

    @Override
    public LimiterStatus status() {
        ScriptReply answer = ask("status", "", Lane.INTERACTIVE, Duration.ZERO).script();
        List<LaneStop> stops = new ArrayList<>();
        for (int place = 5; place + 1 < answer.size(); place += 2) {
            Instant since = Instant.EPOCH.plus(answer.number(4) - answer.number(place + 1), ChronoUnit.MICROS);
            stops.add(new LaneStop(stopReason(answer.number(place)), since));
        }
        return new LimiterStatus(
                Duration.of(answer.number(1), ChronoUnit.MICROS), Math.toIntExact(answer.number(2)), stops);
    }

    private Answer ask(String action, String token, Lane lane, Duration wait, String... more) {
        return answer(script.run(action, token, lane, wait, more));
    }

    private Answer answer(ScriptReply script) {
        return new Answer(script, serverTime.learn(script.sent(), script.number(4) * 1000, script.received()));
    }

    private long nanoTime() {
        return script.link().nanoTime();
    }

    static Refused refused(ScriptReply answer) {
        return new Refused(
                Receipt.State.valueOf(answer.word(5)),
                Duration.of(answer.number(1), ChronoUnit.MICROS),
                answer.number(6) == 1,
                Instant.ofEpochMilli(Long.parseLong(answer.word(7))),
                answer.word(8),
                answer.number(9) == 1);
    }

    private static LaneStop.Reason stopReason(long number) {
        return switch ((int) number) {
            case 1 -> LaneStop.Reason.ACCESS_REFUSED;
            case 2 -> LaneStop.Reason.OUT_OF_CREDITS;
            case 3 -> LaneStop.Reason.UNUSABLE_ANSWERS;
            default -> throw new IllegalStateException("the limiter's script knows a stop more than this class");
        };
    }
}
