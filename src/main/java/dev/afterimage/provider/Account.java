package dev.afterimage.provider;

import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Purchase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One of an API's accounts.
 *
 * @param name by which limiter, receipts, budgets and people know it
 * @param key where it is configured, such as {@code afterimage.provider.accounts."second".}
 * @param config what is configured for it; empty for the account of the provider's own key
 */
public record Account(String name, String key, Optional<AccountConfig> config) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** The account of a provider that has one. */
    static final Account DEFAULT = new Account(Purchase.DEFAULT_ACCOUNT, "afterimage.provider.", Optional.empty());

    /**
     * The accounts of an API: first that of its own key, if it has one or no other is declared, then the others by name.
     *
     * @param own by the provider's own key
     * @param prefix of the names of the others
     * @throws IllegalArgumentException when one has no key, or a name that is none; says which
     */
    static List<Account> of(Account own, String prefix, boolean hasOwnKey, Map<String, AccountConfig> declared) {
        List<Account> accounts = new ArrayList<>();
        if (hasOwnKey || declared.isEmpty()) {
            accounts.add(own);
        }
        new TreeMap<>(declared).forEach((name, config) -> {
            String key = own.key() + "accounts.\"" + name + "\".";
            if (!NAME.matcher(name).matches() || name.equals(Purchase.DEFAULT_ACCOUNT)) {
                throw new IllegalArgumentException(
                        "Rename " + key + "…: an account's name has 1 to 64 letters, digits, "
                                + "hyphens and underscores, and \"default\" is that of " + own.key() + "api-key.");
            }
            if (!isSet(config.apiKey()) && !isSet(config.apiKeySecret())) {
                throw new IllegalArgumentException("Set " + key + "api-key, or " + key + "api-key-secret.");
            }
            accounts.add(new Account(prefix + name, key, Optional.of(config)));
        });
        return List.copyOf(accounts);
    }

    static boolean isSet(Optional<String> value) {
        return value.filter(text -> !text.isBlank()).isPresent();
    }

    /**
     * No two of one API may share a key: each would use the whole limit of the one account behind it.
     *
     * @throws IllegalArgumentException when two do; says which
     */
    static void requireDistinctKeys(Map<Account, Optional<String>> keys) {
        Map<String, Account> seen = new HashMap<>();
        keys.forEach((account, key) -> key.map(String::strip)
                .filter(text -> !text.isEmpty())
                .ifPresent(text -> {
                    Account other = seen.putIfAbsent(text, account);
                    if (other != null) {
                        throw new IllegalArgumentException("Set " + other.key() + "api-key and " + account.key()
                                + "api-key to different keys: one account has one limit.");
                    }
                }));
    }

    /** What it may use: what is configured for it, else as the provider's own key. */
    Limits limits(Limits provider) {
        return config.map(own -> limits(own, provider)).orElse(provider);
    }

    private Limits limits(AccountConfig own, Limits provider) {
        atLeastOne("rate", own.rate());
        atLeastOne("concurrency", own.concurrency());
        own.rateWindow().filter(window -> !window.isPositive()).ifPresent(window -> {
            throw new IllegalArgumentException(
                    "Set " + key + "rate-window to more than zero, such as 1m; it is " + window + ".");
        });
        return new Limits(
                own.rate().orElse(provider.rate()),
                own.rateWindow().orElse(provider.window()),
                own.concurrency().isPresent() ? own.concurrency() : provider.concurrency(),
                provider.bulkShare(),
                provider.longestCall());
    }

    private void atLeastOne(String name, OptionalInt value) {
        if (value.isPresent() && value.getAsInt() < 1) {
            throw new IllegalArgumentException("Set " + key + name + " to 1 or more; it is " + value.getAsInt() + ".");
        }
    }

    /** Its budget a month: what is configured for it, else as the provider's own key. */
    OptionalLong budget(OptionalLong provider) {
        OptionalLong own = config.map(AccountConfig::monthlyCredits).orElse(OptionalLong.empty());
        if (own.isPresent() && own.getAsLong() < 0) {
            throw new IllegalArgumentException(
                    "Set " + key + "monthly-credits to 0 or more; it is " + own.getAsLong() + ".");
        }
        return own.isPresent() ? own : provider;
    }
}
