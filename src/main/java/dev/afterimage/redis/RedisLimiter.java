package dev.afterimage.redis;

import dev.afterimage.limit.Lane;
import dev.afterimage.limit.LimiterStatus;
import dev.afterimage.limit.LimiterUnavailableException;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import dev.afterimage.limit.ProviderLimiter;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The one limiter of a fleet, as one script: each answer costs one round trip and O(log n). Time is the server's.
 *
 * <p>A flushed or restarted Redis has forgotten which calls the provider still counts. The script gives its memory a random
 * name, the epoch; a process that knows another one, and whose own calls still count, makes the whole fleet pause until they
 * don't. So the limit holds even then.
 */
public final class RedisLimiter implements ProviderLimiter {

    private static final RedisScript SCRIPT = RedisScript.named("limiter");
    private static final Duration LONGEST_WAIT = Duration.ofDays(366);

    private static final String STAMPED = "stamped:";
    private static final long JITTER = Limits.JITTER.toNanos();
    /** So many slow round trips in a row come from a machine or a network that cannot keep time. */
    private static final int MOST_STAMPS = 5;

    /** What this process knows of the script's memory. */
    private record Memory(String epoch, long departedAt, boolean hasDeparted) {}

    /** What the script said, and what is known of the server's clock since. */
    private record Answer(ScriptAnswer script, ServerTime.Difference clocks) {

        boolean granted() {
            return script.number(0) == 1;
        }

        private long start() {
            return (script.number(4) + script.number(1)) * 1000;
        }

        /** Never too short. */
        Duration startsIn(long now) {
            return Duration.ofNanos(Math.max(0, clocks.latest(start()) - now));
        }

        /** By how much a call would be late at most that leaves when it may and not before {@code now}. */
        long latenessAt(long now) {
            return Math.max(now, clocks.latest(start())) - clocks.earliest(start());
        }

        Denied denied() {
            return new Denied(Duration.of(script.number(1), ChronoUnit.MICROS), reason());
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

    private final RedisLink link;
    private final List<String> keys;
    private final Limits limits;
    private final List<String> rules;
    private final Supplier<String> tokens;
    private final Supplier<String> fixedTime;
    private final AtomicReference<Memory> memory = new AtomicReference<>(new Memory("", 0, false));
    private final ServerTime serverTime = new ServerTime();
    /** Permits whose release must be told: those that have not left yet. */
    private final Set<String> notDeparted = ConcurrentHashMap.newKeySet();

    /**
     * The limiter of all processes with this prefix.
     *
     * @param tokens random words, no two alike
     */
    public RedisLimiter(RedisLink link, RedisConfig config, Limits limits, Supplier<String> tokens) {
        this(link, config.prefix(), limits, tokens, () -> "");
    }

    /** As the public one, at a time in microseconds that a test moves by hand. */
    RedisLimiter(RedisLink link, String prefix, Limits limits, Supplier<String> tokens, Supplier<String> fixedTime) {
        this.link = link;
        this.limits = limits;
        this.tokens = tokens;
        this.fixedTime = fixedTime;
        String tagged = prefix + ":{limiter}:";
        keys = List.of(
                tagged + "state",
                tagged + "departed",
                tagged + "planned",
                tagged + "bulk-departed",
                tagged + "bulk-planned",
                tagged + "places",
                tagged + "bulk-places");
        rules = List.of(
                Integer.toString(limits.rate()),
                Integer.toString(limits.bulkRate()),
                micros(limits.slotTime()),
                micros(limits.lead()),
                micros(limits.grace()),
                micros(limits.longestCall()),
                Integer.toString(limits.concurrency().orElse(0)),
                Integer.toString(limits.bulkConcurrency().orElse(0)),
                micros(Limits.PLACE_RETRY));
    }

    @Override
    public Permit acquire(Lane lane, Duration patience) {
        String token = tokens.get();
        Answer answer = ask("acquire", token, lane, patience);
        if (!answer.granted()) {
            return answer.denied();
        }
        notDeparted.add(token);
        return new Granted(token, lane, answer.startsIn(link.nanoTime()));
    }

    @Override
    public Permit depart(Granted permit) {
        String token = tokenOf(permit);
        String action = isStamped(permit) ? "redepart" : "depart";
        Duration notice = Duration.ZERO;
        for (int stamps = 0; stamps < MOST_STAMPS; stamps++) {
            Answer answer = ask(action, token, permit.lane(), notice);
            if (!answer.granted()) {
                return answer.denied();
            }
            notDeparted.remove(token);
            long now = link.nanoTime();
            memory.updateAndGet(known -> new Memory(known.epoch(), now, true));
            long lateness = answer.latenessAt(now);
            if (lateness <= JITTER) {
                return new Granted(STAMPED + token, permit.lane(), answer.startsIn(now));
            }
            action = "redepart";
            notice = noticeAfter(lateness);
        }
        ask("cancel", token, permit.lane(), Duration.ZERO);
        return new Denied(Limits.JITTER, Reason.LAPSED);
    }

    /** An answer that came so late is expected to come so late again, and is asked for so much earlier. */
    private Duration noticeAfter(long lateness) {
        Duration twice = Duration.ofNanos(2 * lateness);
        return twice.compareTo(limits.lead()) < 0 ? twice : limits.lead();
    }

    @Override
    public void restamp(Granted permit) {
        ask("restamp", tokenOf(permit), permit.lane(), Duration.ZERO);
    }

    @Override
    public void release(Granted permit) {
        boolean planned = notDeparted.remove(tokenOf(permit));
        // Without a limit of calls in flight, one that has left holds nothing that could be given back.
        if (planned || limits.concurrency().isPresent()) {
            ask("release", tokenOf(permit), permit.lane(), Duration.ZERO);
        }
    }

    @Override
    public void coolDown(Duration wait) {
        ask("coolDown", "", Lane.INTERACTIVE, wait);
    }

    @Override
    public LimiterStatus status() {
        ScriptAnswer answer = ask("status", "", Lane.INTERACTIVE, Duration.ZERO).script();
        return new LimiterStatus(Duration.of(answer.number(1), ChronoUnit.MICROS), Math.toIntExact(answer.number(2)));
    }

    private Answer ask(String action, String token, Lane lane, Duration wait) {
        Memory known = memory.get();
        long sinceDeparture = known.hasDeparted() ? (link.nanoTime() - known.departedAt()) / 1000 : -1;
        List<String> question = new ArrayList<>(List.of(action, fixedTime.get()));
        question.addAll(rules);
        question.addAll(
                List.of(tokens.get(), known.epoch(), Long.toString(sinceDeparture), token, lane.name(), micros(wait)));
        try {
            ScriptAnswer script = SCRIPT.call(link, keys, question);
            remember(script.word(3));
            return new Answer(script, serverTime.learn(script.sent(), script.number(4) * 1000, script.received()));
        } catch (RedisUnavailableException gone) {
            throw new LimiterUnavailableException("The fleet's limiter cannot be asked.", gone);
        }
    }

    private void remember(String epoch) {
        if (!memory.get().epoch().equals(epoch)) {
            memory.updateAndGet(known -> new Memory(epoch, known.departedAt(), known.hasDeparted()));
        }
    }

    private static boolean isStamped(Granted permit) {
        return permit.token().startsWith(STAMPED);
    }

    private static String tokenOf(Granted permit) {
        return isStamped(permit) ? permit.token().substring(STAMPED.length()) : permit.token();
    }

    /** Rounds up, so that no wait is shorter in the script than it was asked for. */
    private static String micros(Duration duration) {
        Duration bounded = duration.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : duration;
        return Long.toString(Math.ceilDiv(bounded.toNanos(), 1000L));
    }
}
