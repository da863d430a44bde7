package dev.afterimage.redis;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipts.ReceiptRules;
import dev.afterimage.redis.RedisLink.RedisUnavailableException;
import dev.afterimage.store.ImageStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The Lua script of limiter and receipts, with the keys and settings that each run gets. Before its first purchase a
 * fleet must know whether Redis has lost its memory: the script gives the memory a random name, the epoch, and grants
 * no purchase until a process has compared it with the {@linkplain #NOTE note} in the store.
 */
public final class LimiterScript {

    static final int GRANTED = 1;
    static final int REFUSED = 2;
    static final int STOPPED = 3;
    private static final int UNCONFIRMED = 4;
    private static final int NEWER = 5;

    private static final RedisScript SCRIPT = RedisScript.named("limiter", "receipts", "limiter-actions");
    private static final Duration LONGEST_WAIT = Duration.ofDays(366);

    /** The name of the store's note, which holds the epoch that was seen last; there is none at a first start. */
    static final String NOTE = "redis-epoch";

    private final RedisLink link;

    /** The prefix of all keys, with the hash tag that keeps them on one server of a cluster. */
    private final String tagged;

    private final AccountLimits limits;
    private final List<String> rules;
    private final Duration lostMemoryPause;
    private final ImageStore store;
    private final Supplier<String> tokens;
    private final Supplier<String> fixedTime;
    /** The accounts of which this process has had a permit. */
    private final Set<String> permitted = ConcurrentHashMap.newKeySet();

    /**
     * The script of all processes with this prefix.
     *
     * @param lostMemoryPause how long nothing is bought after Redis has lost its memory
     * @param tokens random words, no two alike
     * @param fixedTime a clock for tests: microseconds since 1970; an empty string for the server's time
     */
    public LimiterScript(
            RedisLink link,
            String prefix,
            AccountLimits limits,
            ReceiptRules receiptRules,
            Duration lostMemoryPause,
            ImageStore store,
            Supplier<String> tokens,
            Supplier<String> fixedTime) {
        this.link = link;
        this.lostMemoryPause = lostMemoryPause;
        this.store = store;
        this.tokens = tokens;
        this.fixedTime = fixedTime;
        tagged = prefix + ":{limiter}:";
        this.limits = limits;
        rules = List.of(
                micros(limits.longestCall()),
                micros(Limits.PLACE_RETRY),
                Integer.toString(receiptRules.repurchases()),
                Integer.toString(receiptRules.maxUnusable()));
    }

    /**
     * The keys of an account. The state of the account {@code default} also holds what belongs to the whole fleet, such
     * as the epoch.
     */
    private List<String> keysOf(String account) {
        String ofAccount = account.equals(Purchase.DEFAULT_ACCOUNT) ? tagged : tagged + "account:" + account + ":";
        return Stream.of("state", "departed", "planned", "bulk-departed", "bulk-planned", "places", "bulk-places")
                .map(ofAccount::concat)
                .toList();
    }

    private List<String> rulesOf(String account) {
        Limits own = limits.of(account);
        return List.of(
                Integer.toString(own.rate()),
                Integer.toString(own.bulkRate()),
                micros(own.slotTime()),
                micros(own.lead()),
                micros(own.grace()),
                Integer.toString(own.concurrency().orElse(0)),
                Integer.toString(own.bulkConcurrency().orElse(0)),
                permitted.contains(account) ? "0" : "1");
    }

    Limits limitsOf(String account) {
        return limits.of(account);
    }

    List<String> accounts() {
        return List.copyOf(limits.byName().keySet());
    }

    /**
     * Notes that this process has had a permit of the account. Its first call may probe a stop for a refused key at
     * once, because a restart may bring a new key; further calls may not.
     */
    void permitted(String account) {
        permitted.add(account);
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

    /** The account whose keys also hold what belongs to the whole fleet. */
    private static final List<String> FLEET = List.of(Purchase.DEFAULT_ACCOUNT);

    private static final ImageKey NO_KEY = new ImageKey("0".repeat(64));

    /**
     * The arguments of one run of the script.
     *
     * @param accounts the accounts that it concerns, at least one
     * @param duration its meaning depends on the action; see {@code wait} in {@code limiter.lua}
     * @param own the action's own arguments; see {@code limiter-actions.lua}
     */
    record Invocation(
            List<String> accounts,
            String action,
            String token,
            Lane lane,
            Duration duration,
            ImageKey key,
            List<String> own) {

        /** The arguments of a run that concerns no image. */
        Invocation(List<String> accounts, String action, String token, Lane lane, Duration duration, String... own) {
            this(accounts, action, token, lane, duration, NO_KEY, List.of(own));
        }

        /** The arguments of a run that concerns an image's receipt, whatever its account. */
        Invocation(String action, String token, Lane lane, ImageKey key, String... own) {
            this(FLEET, action, token, lane, Duration.ZERO, key, List.of(own));
        }

        /**
         * The arguments of a run that concerns a purchase.
         *
         * @param time the action's first argument, before those of the purchase
         * @param more further arguments of the action, after those of the purchase
         */
        static Invocation of(
                String action,
                String token,
                Lane lane,
                Duration duration,
                String time,
                Purchase bought,
                String... more) {
            List<String> arguments = new ArrayList<>(List.of(
                    time,
                    micros(bought.period()),
                    bought.account(),
                    bought.template(),
                    bought.request(),
                    bought.idempotencySuffix()));
            arguments.addAll(List.of(more));
            return new Invocation(List.of(bought.account()), action, token, lane, duration, bought.key(), arguments);
        }
    }

    /**
     * Runs an action of the script.
     *
     * @throws FleetUnavailableException when Redis cannot be reached; or the store, where the epoch must be compared
     */
    ScriptReply run(Invocation invocation) {
        ScriptReply answer = runOnce(invocation);
        if (answer.number(0) == UNCONFIRMED) {
            confirm(answer.word(3));
            answer = runOnce(invocation);
        }
        if (answer.number(0) == UNCONFIRMED) {
            throw new FleetUnavailableException("Redis lost its memory a moment ago.", null);
        }
        return answer;
    }

    /**
     * Compares Redis' epoch with the store's note. When they differ, a pause begins before the note is written, so that
     * a process which reads the new note finds the pause begun. The epoch is confirmed only after the note is written,
     * or the next loss of memory would look like a first start.
     */
    private void confirm(String epoch) {
        boolean lost;
        try {
            lost = store.note(NOTE).filter(known -> !known.equals(epoch)).isPresent();
        } catch (RuntimeException unreadable) {
            throw new FleetUnavailableException("The store cannot tell whether Redis lost its memory.", unreadable);
        }
        if (lost) {
            runOnce(new Invocation(FLEET, "pauseAfterLoss", epoch, Lane.INTERACTIVE, lostMemoryPause));
        }
        try {
            store.note(NOTE, epoch);
        } catch (RuntimeException unwritable) {
            throw new FleetUnavailableException("The epoch of Redis' memory cannot be stored.", unwritable);
        }
        runOnce(new Invocation(FLEET, "confirm", epoch, Lane.INTERACTIVE, Duration.ZERO));
    }

    private ScriptReply runOnce(Invocation invocation) {
        List<String> keys = new ArrayList<>(
                List.of(tagged + "state", receiptKey(invocation.key().value()), receiptsKey()));
        List<String> arguments = new ArrayList<>(List.of(invocation.action(), fixedTime.get()));
        arguments.addAll(rules);
        arguments.addAll(List.of(
                tokens.get(),
                invocation.token(),
                invocation.lane().name(),
                micros(invocation.duration()),
                Integer.toString(invocation.accounts().size())));
        for (String account : invocation.accounts()) {
            keys.addAll(keysOf(account));
            arguments.addAll(rulesOf(account));
        }
        arguments.addAll(invocation.own());
        ScriptReply answer = RedisUnavailableException.forFleet(
                "The fleet's limiter cannot be reached.", () -> SCRIPT.call(link, keys, arguments));
        if (answer.number(0) == NEWER) {
            throw new FleetUnavailableException(
                    "A newer version of Afterimage has written to this Redis; this process buys nothing.", null);
        }
        return answer;
    }

    /** A duration in microseconds, rounded up, so that no wait is shorter in the script than it was asked for. */
    static String micros(Duration duration) {
        Duration bounded = duration.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : duration;
        return Long.toString(Math.ceilDiv(bounded.toNanos(), 1000L));
    }
}
