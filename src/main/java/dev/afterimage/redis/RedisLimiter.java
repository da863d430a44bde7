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
import java.util.function.LongSupplier;
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

    /** What this process knows of the script's memory. */
    private record Memory(String epoch, long departedAt, boolean hasDeparted) {}

    private final RedisLink link;
    private final List<String> keys;
    private final Limits limits;
    private final List<String> rules;
    private final Supplier<String> tokens;
    private final LongSupplier nanoTime;
    private final Supplier<String> fixedTime;
    private final AtomicReference<Memory> memory = new AtomicReference<>(new Memory("", 0, false));
    /** Permits whose release must be told: those that have not left yet. */
    private final Set<String> notDeparted = ConcurrentHashMap.newKeySet();

    /**
     * The limiter of all processes with this prefix.
     *
     * @param tokens random words, no two alike
     * @param nanoTime a time that never goes back, such as {@link System#nanoTime}
     */
    public RedisLimiter(
            RedisLink link, RedisConfig config, Limits limits, Supplier<String> tokens, LongSupplier nanoTime) {
        this(link, config.prefix(), limits, tokens, nanoTime, () -> "");
    }

    /** As the public one, at a time in microseconds that a test moves by hand. */
    RedisLimiter(
            RedisLink link,
            String prefix,
            Limits limits,
            Supplier<String> tokens,
            LongSupplier nanoTime,
            Supplier<String> fixedTime) {
        this.link = link;
        this.limits = limits;
        this.tokens = tokens;
        this.nanoTime = nanoTime;
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
        Permit permit = permit(ask("acquire", token, lane, patience), token, lane);
        if (permit instanceof Granted) {
            notDeparted.add(token);
        }
        return permit;
    }

    @Override
    public Permit depart(Granted permit) {
        Permit answer =
                permit(ask("depart", permit.token(), permit.lane(), Duration.ZERO), permit.token(), permit.lane());
        notDeparted.remove(permit.token());
        if (answer instanceof Granted) {
            long now = nanoTime.getAsLong();
            memory.updateAndGet(known -> new Memory(known.epoch(), now, true));
        }
        return answer;
    }

    @Override
    public void release(Granted permit) {
        boolean planned = notDeparted.remove(permit.token());
        // Without a limit of calls in flight, one that has left holds nothing that could be given back.
        if (planned || limits.concurrency().isPresent()) {
            ask("release", permit.token(), permit.lane(), Duration.ZERO);
        }
    }

    @Override
    public void coolDown(Duration wait) {
        ask("coolDown", "", Lane.INTERACTIVE, wait);
    }

    @Override
    public LimiterStatus status() {
        ScriptAnswer answer = ask("status", "", Lane.INTERACTIVE, Duration.ZERO);
        return new LimiterStatus(Duration.of(answer.number(1), ChronoUnit.MICROS), Math.toIntExact(answer.number(2)));
    }

    private ScriptAnswer ask(String action, String token, Lane lane, Duration wait) {
        Memory known = memory.get();
        long sinceDeparture = known.hasDeparted() ? (nanoTime.getAsLong() - known.departedAt()) / 1000 : -1;
        List<String> question = new ArrayList<>(List.of(action, fixedTime.get()));
        question.addAll(rules);
        question.addAll(
                List.of(tokens.get(), known.epoch(), Long.toString(sinceDeparture), token, lane.name(), micros(wait)));
        try {
            ScriptAnswer answer = SCRIPT.call(link, keys, question);
            remember(answer.word(3));
            return answer;
        } catch (RedisUnavailableException gone) {
            throw new LimiterUnavailableException("The fleet's limiter cannot be asked.", gone);
        }
    }

    private void remember(String epoch) {
        if (!memory.get().epoch().equals(epoch)) {
            memory.updateAndGet(known -> new Memory(epoch, known.departedAt(), known.hasDeparted()));
        }
    }

    private static Permit permit(ScriptAnswer answer, String token, Lane lane) {
        Duration wait = Duration.of(answer.number(1), ChronoUnit.MICROS);
        return answer.number(0) == 1 ? new Granted(token, lane, wait) : new Denied(wait, reason(answer.number(2)));
    }

    private static Reason reason(long word) {
        return switch ((int) word) {
            case 1 -> Reason.RATE;
            case 2 -> Reason.CONCURRENCY;
            case 3 -> Reason.COOL_DOWN;
            default -> throw new IllegalStateException("the limiter's script knows a reason more than this class");
        };
    }

    /** Rounds up, so that no wait is shorter in the script than it was asked for. */
    private static String micros(Duration duration) {
        Duration bounded = duration.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : duration;
        return Long.toString(Math.ceilDiv(bounded.toNanos(), 1000L));
    }
}
