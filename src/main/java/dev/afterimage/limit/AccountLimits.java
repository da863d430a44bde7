package dev.afterimage.limit;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What each account may use. A provider without accounts is the one account {@link Purchase#DEFAULT_ACCOUNT}.
 *
 * @param byName at least one
 * @param main those of the provider that makes the images of templates which name no other; they have one unit of credits
 */
public record AccountLimits(SortedMap<String, Limits> byName, List<String> main) {

    public AccountLimits {
        if (byName.isEmpty()) {
            throw new IllegalArgumentException("there is no account");
        }
        byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
        main = List.copyOf(main);
    }

    /** Those of a provider that is its one account. */
    public static AccountLimits of(Limits limits) {
        return new AccountLimits(
                new TreeMap<>(Map.of(Purchase.DEFAULT_ACCOUNT, limits)), List.of(Purchase.DEFAULT_ACCOUNT));
    }

    /** Those of the account; of an account that is configured no more, those of another one, which hold for its last calls. */
    public Limits of(String account) {
        Limits own = byName.get(account);
        return own == null ? byName.firstEntry().getValue() : own;
    }

    /** After this long a call has ended, whatever its account. */
    public Duration longestCall() {
        return byName.firstEntry().getValue().longestCall();
    }

    /** Calls in a time. */
    public record CombinedLimit(long calls, Duration window) {}

    /** What no process may exceed, because all accounts together don't. */
    public CombinedLimit sum() {
        Duration longest = byName.values().stream()
                .map(Limits::window)
                .max(Duration::compareTo)
                .orElseThrow();
        long calls = byName.values().stream()
                .mapToLong(one -> one.rate()
                        * Math.ceilDiv(
                                longest.toMillis(), Math.max(1, one.window().toMillis())))
                .sum();
        return new CombinedLimit(calls, longest);
    }

    /** Calls in flight over all accounts; empty when those of one are not limited. */
    public OptionalInt places() {
        boolean limited =
                byName.values().stream().allMatch(one -> one.concurrency().isPresent());
        return limited
                ? OptionalInt.of(byName.values().stream()
                        .mapToInt(one -> one.concurrency().orElse(0))
                        .sum())
                : OptionalInt.empty();
    }
}
