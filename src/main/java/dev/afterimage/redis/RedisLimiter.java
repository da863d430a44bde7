package dev.afterimage.redis;

import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import dev.afterimage.limit.Permit.Refused;
import dev.afterimage.limit.Permit.Stopped;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.ProviderLimiter.LimiterStatus;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipt;
import dev.afterimage.redis.LimiterScript.Invocation;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * The limiter of a fleet, which is one script in Redis: each answer costs one round trip and O(log n). Time is the
 * server's.
 */
public final class RedisLimiter implements ProviderLimiter {

    private static final long JITTER = Limits.JITTER.toNanos();
    /**
     * The most stamps of one departure: after so many slow round trips in a row, machine or network cannot keep time.
     */
    private static final int MOST_STAMPS = 5;
    /** The index in an answer to {@code status} at which the first account begins. */
    private static final int STATUS_BEGINS = 5;

    private static final int STOPS = LaneStop.Reason.values().length;

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
                default ->
                    throw new IllegalStateException("the limiter's script has a reason that this class does not know");
            };
        }
    }

    private final LimiterScript script;
    private final ServerTime serverTime = new ServerTime();

    public RedisLimiter(LimiterScript script) {
        this.script = script;
    }

    @Override
    public Permit acquire(List<String> accounts, Lane lane, Duration patience) {
        String token = script.token();
        Answer answer = ask(accounts, "acquire", token, lane, patience);
        if (answer.kind() != LimiterScript.GRANTED) {
            return answer.denied();
        }
        String account = accounts.get((int) answer.script().number(5) - 1);
        script.permitted(account);
        return new Granted(token, account, lane, answer.startsIn(nanoTime()));
    }

    @Override
    public Permit acquirePoll(String account, Lane lane, Duration patience) {
        String token = script.token();
        Answer answer = ask(account, "acquirePoll", token, lane, patience);
        return answer.kind() == LimiterScript.GRANTED
                ? new Granted(token, account, lane, answer.startsIn(nanoTime()))
                : answer.denied();
    }

    @Override
    public Permit depart(Granted permit, Purchase purchase) {
        return depart("depart", permit.token(), permit.lane(), purchase.billedTo(permit.account()));
    }

    @Override
    public Permit redepart(Departed call) {
        return depart("redepart", call.token(), call.lane(), call.purchase());
    }

    private Permit depart(String firstAction, String token, Lane lane, Purchase purchase) {
        String action = firstAction;
        Duration notice = Duration.ZERO;
        for (int stamps = 0; stamps < MOST_STAMPS; stamps++) {
            Answer answer = askFor(purchase, action, token, lane, notice);
            if (answer.kind() != LimiterScript.GRANTED) {
                return answer.denied();
            }
            long now = nanoTime();
            long lateness = answer.latenessAt(now);
            if (lateness <= JITTER) {
                return new Departed(token, lane, purchase, answer.departure(), answer.startsIn(now));
            }
            action = "redepart";
            notice = noticeAfter(lateness, script.limitsOf(purchase.account()));
        }
        askFor(purchase, "cancel", token, lane, Duration.ZERO);
        return new Denied(Limits.JITTER, Reason.LAPSED);
    }

    private Answer askFor(Purchase purchase, String action, String token, Lane lane, Duration wait) {
        String newestSeen = Long.toString(purchase.newestSeen().toEpochMilli());
        return answer(script.run(Invocation.of(action, token, lane, wait, newestSeen, purchase)));
    }

    /**
     * How far ahead the next stamp is requested after an answer that came too late, because the next answer may take as
     * long.
     */
    private static Duration noticeAfter(long lateness, Limits limits) {
        Duration twice = Duration.ofNanos(2 * lateness);
        return twice.compareTo(limits.lead()) < 0 ? twice : limits.lead();
    }

    @Override
    public void restamp(Departed call) {
        askFor(call.purchase(), "restamp", call.token(), call.lane(), Duration.ZERO);
    }

    @Override
    public void release(Granted permit) {
        ask(permit.account(), "release", permit.token(), permit.lane(), Duration.ZERO);
    }

    @Override
    public boolean lower(String account, int calls, Duration window) {
        Limits limits = script.limitsOf(account);
        int stated = limits.inWindow(calls, window);
        if (stated >= limits.rate()) {
            return false;
        }
        ask(account, "lower", "", Lane.INTERACTIVE, limits.window(), Integer.toString(stated));
        return true;
    }

    @Override
    public void coolDown(String account, Duration wait) {
        ask(account, "coolDown", "", Lane.INTERACTIVE, wait);
    }

    @Override
    public void stop(String account, LaneStop.Reason reason) {
        ask(account, "stop", "", Lane.INTERACTIVE, Duration.ZERO, reason.name());
    }

    @Override
    public LimiterStatus status() {
        List<String> names = script.accounts();
        ScriptReply answer =
                ask(names, "status", "", Lane.INTERACTIVE, Duration.ZERO).script();
        List<LimiterStatus.Account> accounts = new ArrayList<>();
        int index = STATUS_BEGINS;
        for (String name : names) {
            Duration coolDownLeft = Duration.of(answer.number(index), ChronoUnit.MICROS);
            int inFlight = Math.toIntExact(answer.number(index + 1));
            index += 2;
            List<LaneStop> stops = new ArrayList<>();
            for (int reason = 1; reason <= STOPS; reason++) {
                long age = answer.number(index++);
                if (age >= 0) {
                    Instant since = Instant.EPOCH.plus(answer.number(4) - age, ChronoUnit.MICROS);
                    stops.add(new LaneStop(stopReason(reason), since));
                }
            }
            accounts.add(new LimiterStatus.Account(name, coolDownLeft, inFlight, stops));
        }
        return new LimiterStatus(accounts);
    }

    private Answer ask(String account, String action, String token, Lane lane, Duration wait, String... more) {
        return ask(List.of(account), action, token, lane, wait, more);
    }

    private Answer ask(List<String> accounts, String action, String token, Lane lane, Duration wait, String... more) {
        return answer(script.run(new Invocation(accounts, action, token, lane, wait, more)));
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
            default -> throw new IllegalStateException("the limiter's script has a stop that this class does not know");
        };
    }
}
