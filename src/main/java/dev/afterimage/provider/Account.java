package dev.afterimage.provider;

import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Purchase;
import dev.afterimage.provider.ProviderConfig.AccountConfig;
import dev.afterimage.provider.ProvidersConfig.NamedProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One of an API's accounts.
 *
 * @param name by which limiter, receipts, budgets and people know it
 * @param configPrefix how its configuration keys begin, such as {@code afterimage.provider.accounts."second".}
 * @param config what is configured for it; empty for {@link #DEFAULT}
 */
public record Account(String name, String configPrefix, Optional<AccountConfig> config) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** The account of {@code afterimage.provider.api-key}. */
    static final Account DEFAULT = new Account(Purchase.DEFAULT_ACCOUNT, "afterimage.provider.", Optional.empty());

    /**
     * The accounts of an API: first that of its own key, if it has one or no other is declared, then the others by name.
     *
     * @param own the account of the API's own key
     * @param prefix what the names of the others begin with
     * @param apiKey the API's own key
     * @param secret in place of the key: the name of the secret that holds it
     */
    static List<Account> of(
            Account own,
            String prefix,
            Optional<String> apiKey,
            Optional<String> secret,
            Map<String, AccountConfig> declared) {
        List<Account> accounts = new ArrayList<>();
        if (keyOrSecret(apiKey, secret).isPresent() || declared.isEmpty()) {
            accounts.add(own);
        }
        new TreeMap<>(declared)
                .forEach((name, config) ->
                        accounts.add(new Account(prefix + name, own.prefixOf(name), Optional.of(config))));
        return List.copyOf(accounts);
    }

    /** The account of a further API's own key. */
    static Account of(String name, NamedProvider api) {
        return new Account(name, "afterimage.providers.\"" + name + "\".", Optional.of(api));
    }

    private String prefixOf(String account) {
        return configPrefix + "accounts.\"" + account + "\".";
    }

    /**
     * Checks the names, keys and limits of all accounts.
     *
     * @throws IllegalArgumentException when one is wrong; says how to mend it
     */
    public static void check(ProviderConfig main, ProvidersConfig others) {
        if (Descriptions.isDemo(main.kind()) && !main.accounts().isEmpty()) {
            throw new IllegalArgumentException(
                    "Remove afterimage.provider.accounts, or set afterimage.provider.kind to an"
                            + " API: the demo has no API keys.");
        }
        main.accounts().keySet().stream()
                .filter(others.providers()::containsKey)
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalArgumentException("Rename " + DEFAULT.prefixOf(name) + "…: afterimage.providers.\""
                            + name + "\" has the same name.");
                });
        check(DEFAULT, keyOrSecret(main.apiKey(), main.apiKeySecret()), main.accounts());
        others.providers().forEach((name, other) -> {
            if (name.equals(Purchase.DEFAULT_ACCOUNT)) {
                throw new IllegalArgumentException(
                        "Rename afterimage.providers.default…: \"default\" is the account of afterimage.provider.api-key.");
            }
            Account own = of(name, other);
            own.checkRanges(other);
            check(own, keyOrSecret(other.apiKey(), other.apiKeySecret()), other.accounts());
        });
    }

    /**
     * Checks the accounts of one API. No two may have the same key: each would use the whole limit of the one account behind
     * the key.
     */
    private static void check(Account own, Optional<String> ownKey, Map<String, AccountConfig> declared) {
        Map<String, String> seen = new HashMap<>();
        ownKey.ifPresent(key -> seen.put(key, own.configPrefix()));
        new TreeMap<>(declared).forEach((name, config) -> {
            Account account = new Account(name, own.prefixOf(name), Optional.of(config));
            if (!NAME.matcher(name).matches() || name.equals(Purchase.DEFAULT_ACCOUNT)) {
                throw new IllegalArgumentException(
                        "Rename " + account.configPrefix() + "…: an account's name has 1 to 64 letters,"
                                + " digits, hyphens and underscores, and \"default\" is that of afterimage.provider.api-key.");
            }
            String key = keyOrSecret(config.apiKey(), config.apiKeySecret())
                    .orElseThrow(() -> new IllegalArgumentException("Set " + account.configPrefix() + "api-key, or "
                            + account.configPrefix() + "api-key-secret."));
            String other = seen.putIfAbsent(key, account.configPrefix());
            if (other != null) {
                throw new IllegalArgumentException("Set " + other + "api-key and " + account.configPrefix()
                        + "api-key to different keys: one key has one limit.");
            }
            account.checkRanges(config);
        });
    }

    private void checkRanges(AccountConfig own) {
        atLeast("rate", own.rate().orElse(1), 1);
        atLeast("concurrency", own.concurrency().orElse(1), 1);
        atLeast("monthly-credits", own.monthlyCredits().orElse(0), 0);
        own.rateWindow().filter(window -> !window.isPositive()).ifPresent(window -> {
            throw new IllegalArgumentException(
                    "Set " + configPrefix + "rate-window to more than zero, such as 1m; it is " + window + ".");
        });
    }

    private void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "Set " + configPrefix + name + " to " + least + " or more; it is " + value + ".");
        }
    }

    /** The API key, or the name of the secret that holds it; empty where neither is set. */
    private static Optional<String> keyOrSecret(Optional<String> apiKey, Optional<String> secret) {
        return apiKey.map(String::strip)
                .filter(text -> !text.isEmpty())
                .or(() -> secret.map(String::strip).filter(text -> !text.isEmpty()));
    }

    /** Its limits: those configured for it, else those of the provider's own key. */
    Limits limits(Limits provider) {
        return config.map(own -> new Limits(
                        own.rate().orElse(provider.rate()),
                        own.rateWindow().orElse(provider.window()),
                        own.concurrency().isPresent() ? own.concurrency() : provider.concurrency(),
                        provider.bulkShare(),
                        provider.longestCall()))
                .orElse(provider);
    }

    /** Its monthly budget in credits: the one configured for it, else that of the provider's own key. */
    OptionalLong budget(OptionalLong provider) {
        OptionalLong own = config.map(AccountConfig::monthlyCredits).orElse(OptionalLong.empty());
        return own.isPresent() ? own : provider;
    }
}
