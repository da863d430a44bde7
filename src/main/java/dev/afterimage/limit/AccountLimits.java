package dev.afterimage.limit;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The limits of each account at the provider. A provider without accounts has the one account
 * {@link Purchase#DEFAULT_ACCOUNT}.
 *
 * @param byName the limits by the account's name, at least one
 * @param main the accounts of the main provider, which makes the images of templates that name no other; their credits
 *     have the same unit, so they can be added up
 */
public record AccountLimits(SortedMap<String, Limits> byName, List<String> main) {

    public AccountLimits {
        if (byName.isEmpty()) {
            throw new IllegalArgumentException("there is no account");
        }
        byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
        main = List.copyOf(main);
    }

    /** The limits of a provider that has only the account {@code default}. */
    public static AccountLimits of(Limits limits) {
        return new AccountLimits(
                new TreeMap<>(Map.of(Purchase.DEFAULT_ACCOUNT, limits)), List.of(Purchase.DEFAULT_ACCOUNT));
    }

    /**
     * The limits of an account. An account that is no longer configured may still have calls in flight; for it the
     * limits of the first account hold.
     */
    public Limits of(String account) {
        Limits own = byName.get(account);
        return own == null ? byName.firstEntry().getValue() : own;
    }

    /** The longest time that a call may take; it is the same for all accounts. */
    public Duration longestCall() {
        return byName.firstEntry().getValue().longestCall();
    }

    /** At most {@code calls} in any {@code window}. */
    public record CombinedLimit(long calls, Duration window) {}

    /**
     * The limits of all accounts added up, over the longest of their windows: no process can make more calls than that.
     */
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

    /** How many calls all accounts together may have in flight; empty when one of them has no such limit. */
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
