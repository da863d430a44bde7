package dev.afterimage.redis;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.LimiterUnavailableException;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.ReceiptRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The one Lua script of limiter and receipts, with its keys and its rules. Before its first purchase a fleet must know
 * whether Redis has lost its memory: the script gives the memory a random name, the epoch, and lets nothing be bought
 * until a process has compared it with the {@link EpochNote} in the store.
 */
public final class LimiterScript {

    static final int GRANTED = 1;
    static final int REFUSED = 2;
    static final int STOPPED = 3;
    private static final int UNCONFIRMED = 4;
    private static final int NEWER = 5;

    private static final RedisScript SCRIPT = RedisScript.named("limiter", "receipts", "limiter-actions");
    private static final Duration LONGEST_WAIT = Duration.ofDays(366);

    /** Keeps the epoch of Redis' memory outside of Redis. */
    public interface EpochNote {

        /** The epoch that was noted last; empty at a first start. */
        java.util.Optional<String> read();

        void write(String epoch);
    }

    private final RedisLink link;
    private final String tagged;
    private final List<String> keys;
    private final List<String> rules;
    private final Duration lostMemoryPause;
    private final EpochNote note;
    private final Supplier<String> tokens;
    private final Supplier<String> fixedTime;

    /**
     * The script of all processes with this prefix.
     *
     * @param lostMemoryPause how long nothing is bought after Redis has lost its memory
     * @param tokens random words, no two alike
     */
    public LimiterScript(
            RedisLink link,
            RedisConfig config,
            Limits limits,
            ReceiptRules receiptRules,
            Duration lostMemoryPause,
            EpochNote note,
            Supplier<String> tokens) {
        this(link, config.prefix(), limits, receiptRules, lostMemoryPause, note, tokens, () -> "");
    }

    /**
     * As the public constructor, with a clock for tests: microseconds since 1970, or an empty text for the server's time.
     */
    LimiterScript(
            RedisLink link,
            String prefix,
            Limits limits,
            ReceiptRules receiptRules,
            Duration lostMemoryPause,
            EpochNote note,
            Supplier<String> tokens,
            Supplier<String> fixedTime) {
        this.link = link;
        this.lostMemoryPause = lostMemoryPause;
        this.note = note;
        this.tokens = tokens;
        this.fixedTime = fixedTime;
        tagged = prefix + ":{limiter}:";
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
                micros(Limits.PLACE_RETRY),
                Integer.toString(receiptRules.repurchases()),
                Integer.toString(receiptRules.maxUnusable()));
    }

    RedisLink link() {
        return link;
    }

    String token() {
        return tokens.get();
    }

    String receiptKey(String imageKey) {
        return tagged + "receipt:" + imageKey;
    }

    String receiptsKey() {
        return tagged + "receipts";
    }

    /**
     * Runs an action of the script.
     *
     * @param more the action's own arguments
     * @throws LimiterUnavailableException when Redis cannot be reached; or the store, where the epoch must be compared
     */
    ScriptReply run(String action, String token, Lane lane, Duration wait, ImageKey key, String... more) {
        ScriptReply answer = runOnce(action, token, lane, wait, key, more);
        if (answer.number(0) == UNCONFIRMED) {
            confirm(answer.word(3));
            answer = runOnce(action, token, lane, wait, key, more);
        }
        if (answer.number(0) == UNCONFIRMED) {
            throw new LimiterUnavailableException("Redis lost its memory a moment ago.", null);
        }
        return answer;
    }

    /** Runs an action that concerns no image. */
    ScriptReply run(String action, String token, Lane lane, Duration wait, String... more) {
        return run(action, token, lane, wait, NO_KEY, more);
    }

    private static final ImageKey NO_KEY = new ImageKey("0".repeat(64));

    /**
     * Compares Redis' epoch with the store's note. A pause begins before the note is written, so that a process which
     * reads the new note finds the pause begun. The memory is confirmed only after that, or its next loss would look like
     * a first start.
     */
    private void confirm(String epoch) {
        boolean lost;
        try {
            lost = note.read().filter(known -> !known.equals(epoch)).isPresent();
        } catch (RuntimeException unreadable) {
            throw new LimiterUnavailableException("The store cannot tell whether Redis lost its memory.", unreadable);
        }
        if (lost) {
            runOnce("pauseAfterLoss", epoch, Lane.INTERACTIVE, lostMemoryPause, NO_KEY);
        }
        try {
            note.write(epoch);
        } catch (RuntimeException unwritable) {
            throw new LimiterUnavailableException("The store does not take the epoch of Redis' memory.", unwritable);
        }
        runOnce("confirm", epoch, Lane.INTERACTIVE, Duration.ZERO, NO_KEY);
    }

    private ScriptReply runOnce(String action, String token, Lane lane, Duration wait, ImageKey key, String... more) {
        List<String> allKeys = new ArrayList<>(keys);
        allKeys.add(receiptKey(key.value()));
        allKeys.add(receiptsKey());
        List<String> question = new ArrayList<>(List.of(action, fixedTime.get()));
        question.addAll(rules);
        question.addAll(List.of(tokens.get(), token, lane.name(), micros(wait)));
        question.addAll(List.of(more));
        try {
            ScriptReply answer = SCRIPT.call(link, allKeys, question);
            if (answer.number(0) == NEWER) {
                throw new LimiterUnavailableException(
                        "A newer version of Afterimage has written to this Redis; this process buys nothing.", null);
            }
            return answer;
        } catch (RedisUnavailableException gone) {
            throw new LimiterUnavailableException("The fleet's limiter cannot be asked.", gone);
        }
    }

    /** A duration in microseconds, rounded up, so that no wait is shorter in the script than it was asked for. */
    static String micros(Duration duration) {
        Duration bounded = duration.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : duration;
        return Long.toString(Math.ceilDiv(bounded.toNanos(), 1000L));
    }
}
