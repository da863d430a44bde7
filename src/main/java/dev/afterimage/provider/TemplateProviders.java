package dev.afterimage.provider;

import dev.afterimage.generation.AccountChoice.Accounts;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.image.TemplatesConfig;
import dev.afterimage.image.TemplatesConfig.TemplateSettings;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.ProviderLimitConfig;
import dev.afterimage.limit.Purchase;
import dev.afterimage.provider.ProvidersConfig.NamedProvider;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/** The API that makes each template's images, and the accounts that may be billed, as configured. */
public final class TemplateProviders implements Accounts {

    private final Choice main;
    private final Map<String, Choice> byTemplate = new HashMap<>();
    /** The APIs that share the limits of the main one, by template: each has a budget of its own all the same. */
    private final Map<String, String> sharing = new HashMap<>();

    private final Map<Choice, Description.Cost> costs = new HashMap<>();
    private final KeyScheme keys;

    /**
     * As configured.
     *
     * @throws IllegalArgumentException when there is no such API, its description is wrong, or the configuration lacks what it
     *     needs
     */
    public TemplateProviders(ProviderConfig config, ProvidersConfig others, TemplatesConfig templates) {
        this.main = new Choice(config, Optional.empty(), OptionalDouble.empty(), Account.DEFAULT, accounts(config));
        Map<String, KeyScheme.Template> declared = new HashMap<>();
        templates.templates().forEach((name, settings) -> {
            Choice choice = choice(config, others, settings);
            byTemplate.put(name, choice);
            settings.provider()
                    .filter(other ->
                            !choice.config().equals(config) && choice.own().equals(Account.DEFAULT))
                    .ifPresent(other -> sharing.put(name, other));
            declared.put(name, new KeyScheme.Template(choice.identity(), defaults(name, settings)));
        });
        all().forEach(choice -> costs.computeIfAbsent(choice, Choice::cost));
        this.keys = new KeyScheme(main.identity(), declared, templates.templatesOnly());
    }

    private static List<Account> accounts(ProviderConfig config) {
        boolean ownKey = Account.key(config.apiKey(), config.apiKeySecret()).isPresent();
        return Account.of(Account.DEFAULT, "", ownKey, config.accounts());
    }

    /** The account of a further API's own key, if it has limits of its own; else the one whose limits it shares. */
    private static Account own(String name, NamedProvider other) {
        boolean ownLimits = other.rate().isPresent()
                || other.rateWindow().isPresent()
                || other.concurrency().isPresent()
                || !other.accounts().isEmpty();
        return ownLimits
                ? new Account(name, "afterimage.providers.\"" + name + "\".", Optional.of(other))
                : Account.DEFAULT;
    }

    private static List<Account> accounts(Account own, NamedProvider other) {
        boolean ownKey = Account.key(other.apiKey(), other.apiKeySecret()).isPresent();
        return Account.of(own, own.name() + "/", ownKey, other.accounts());
    }

    private static Choice choice(ProviderConfig main, ProvidersConfig others, TemplateSettings settings) {
        Optional<NamedProvider> other = settings.provider()
                .flatMap(name -> Optional.ofNullable(others.providers().get(name)));
        ProviderConfig config = settings.provider()
                .<ProviderConfig>map(name -> other.isEmpty() && name.equals(main.kind())
                        ? main
                        : new OtherProvider(
                                main,
                                other.flatMap(NamedProvider::kind).orElse(name),
                                other,
                                other.flatMap(NamedProvider::target),
                                Optional.empty()))
                .orElse(main);
        if (other.isEmpty()) {
            List<Account> accounts = config.equals(main) ? accounts(main) : List.of(Account.DEFAULT);
            return new Choice(config, settings.target(), settings.cost(), Account.DEFAULT, accounts);
        }
        Account own = own(settings.provider().orElseThrow(), other.get());
        List<Account> accounts = own.equals(Account.DEFAULT) ? List.of(own) : accounts(own, other.get());
        return new Choice(config, settings.target(), settings.cost(), own, accounts);
    }

    private static TemplateData defaults(String template, TemplateSettings settings) {
        try {
            return TemplateData.of(settings.defaults().orElse("{}"));
        } catch (InvalidRequestException e) {
            throw new IllegalArgumentException("afterimage.templates.\"" + template + "\".defaults: " + e.detail(), e);
        }
    }

    /** Makes the keys of images, which differ by API. */
    public KeyScheme keys() {
        return keys;
    }

    /** The API of every template that names no other. */
    public Choice main() {
        return main;
    }

    private Stream<Choice> all() {
        return Stream.concat(Stream.of(main), byTemplate.values().stream());
    }

    /** The longest time that a call to any of the APIs may take; see {@link ProviderConfig#longestCall()}. */
    public Duration longestCall() {
        return all().map(choice -> choice.config().longestCall())
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    @Override
    public double cost(ImageRequest request) {
        return ProviderCall.cost(made(costs, choiceOf(request)), keys.completed(request), Optional.empty());
    }

    @Override
    public List<String> of(ImageRequest request) {
        return choiceOf(request).accountNames();
    }

    @Override
    public boolean knowsNames(ImageRequest request) {
        Choice choice = choiceOf(request);
        return !choice.isDemo() && choice.description().idempotencyHeader().isPresent();
    }

    @Override
    public String budget(ImageRequest request, String account) {
        return account.equals(Purchase.DEFAULT_ACCOUNT)
                ? sharing.getOrDefault(request.template().value(), account)
                : account;
    }

    /**
     * What each account that a template uses may use.
     *
     * @param config that of the main API's own key
     * @throws IllegalArgumentException when an account's own limits are out of range; says how to mend it
     */
    public AccountLimits limits(ProviderLimitConfig config) {
        Limits own =
                new Limits(config.rate(), config.rateWindow(), config.concurrency(), config.bulkShare(), longestCall());
        SortedMap<String, Limits> limits = new TreeMap<>();
        all().forEach(choice -> {
            Limits ofProvider = choice.limits(own);
            choice.accounts().forEach(account -> limits.put(account.name(), account.limits(ofProvider)));
        });
        return new AccountLimits(limits, main.accountNames());
    }

    /**
     * What each account may spend a month, where that is limited.
     *
     * @param ofMain the budget of the main API's own key
     */
    public Map<String, Double> budgets(OptionalLong ofMain, ProvidersConfig others) {
        Map<String, Double> budgets = new HashMap<>();
        others.providers()
                .forEach((name, other) ->
                        other.monthlyCredits().ifPresent(credits -> budgets.put(name, (double) credits)));
        all().forEach(choice -> {
            OptionalLong own = choice.own().budget(ofMain);
            choice.accounts()
                    .forEach(account ->
                            account.budget(own).ifPresent(credits -> budgets.put(account.name(), (double) credits)));
        });
        return budgets;
    }

    private static <K, T> T made(Map<K, T> all, K key) {
        return Optional.ofNullable(all.get(key)).orElseThrow();
    }

    private Choice choiceOf(ImageRequest request) {
        return byTemplate.getOrDefault(request.template().value(), main);
    }

    /**
     * A generator that completes each request with the defaults of its template, and hands it to the template's API with
     * the attempt's account.
     *
     * @param of makes the generator of one API, with the configuration of one of its accounts; called once for each
     */
    public ImageGenerator generator(BiFunction<Choice, ProviderConfig, ImageGenerator> of) {
        Map<Choice, Map<String, ImageGenerator>> generators = new HashMap<>();
        all().forEach(choice -> generators.computeIfAbsent(choice, added -> {
            Map<String, ImageGenerator> byAccount = new HashMap<>();
            added.accounts()
                    .forEach(account -> byAccount.put(account.name(), of.apply(added, added.settings(account))));
            return byAccount;
        }));
        return (request, attempt) -> {
            Choice choice = choiceOf(request);
            Map<String, ImageGenerator> byAccount = made(generators, choice);
            // The job of an account that is configured no more is asked for with another one's key.
            ImageGenerator generator = Optional.ofNullable(byAccount.get(attempt.account()))
                    .orElseGet(() -> made(byAccount, choice.accountNames().getFirst()));
            return generator.generate(choice.drawn(keys.completed(request)), attempt);
        };
    }

    /**
     * An API as a template uses it.
     *
     * @param target the API's own template or model name; replaces the configured target or the template's name
     * @param price the cost of an image; replaces the described one
     * @param own the account of its own key; that of the main API where it shares its limits
     * @param accounts those that may be billed, at least one
     */
    public record Choice(
            ProviderConfig config, Optional<String> target, OptionalDouble price, Account own, List<Account> accounts) {

        /** Whether this is the built-in renderer. */
        public boolean isDemo() {
            return Descriptions.isDemo(config.kind());
        }

        Description description() {
            return Descriptions.of(config.kind(), target, price);
        }

        /** The configuration without its own target, where {@link #target} replaces that. */
        ProviderConfig settings() {
            return target.isEmpty()
                    ? config
                    : new OtherProvider(config, config.kind(), Optional.empty(), Optional.empty(), Optional.empty());
        }

        private ProviderConfig settings(Account account) {
            return OtherProvider.of(settings(), account);
        }

        List<String> accountNames() {
            return accounts.stream().map(Account::name).toList();
        }

        /** Of its own key: as configured, else as described, else as the main API's. */
        private Limits limits(Limits ofMain) {
            return own.equals(Account.DEFAULT) ? ofMain : own.limits(Descriptions.limits(config.kind(), ofMain));
        }

        /** The identity of the API, which is part of every key. */
        public ProviderIdentity identity() {
            return isDemo()
                    ? new ProviderIdentity(Descriptions.DEMO, target)
                    : ProviderCall.identity(description(), settings());
        }

        private Description.Cost cost() {
            return isDemo()
                    ? new Description.Cost(price.orElse(1), Optional.empty(), Optional.empty())
                    : description().cost();
        }

        /**
         * The request that the generator gets: the demo has no description with a {@code {target}}, so its template is
         * replaced.
         */
        private ImageRequest drawn(ImageRequest request) {
            return isDemo() && target.isPresent()
                    ? new ImageRequest(
                            new TemplateId(target.get()), request.data(), request.format(), request.variant())
                    : request;
        }
    }

    /** A further API with its own URL, or another account of an API, and the time-outs of the main one. */
    private record OtherProvider(
            ProviderConfig main,
            String kind,
            Optional<NamedProvider> named,
            Optional<String> target,
            Optional<AccountConfig> account)
            implements ProviderConfig {

        static ProviderConfig of(ProviderConfig provider, Account account) {
            return account.config().isEmpty()
                    ? provider
                    : new OtherProvider(
                            provider, provider.kind(), Optional.empty(), provider.target(), account.config());
        }

        private <T> Optional<T> own(Function<NamedProvider, Optional<T>> key, Optional<T> mains) {
            return named.isPresent() ? named.flatMap(key) : kind.equals(main.kind()) ? mains : Optional.empty();
        }

        @Override
        public Optional<URI> url() {
            return own(NamedProvider::url, main.url());
        }

        @Override
        public Optional<String> user() {
            return account.flatMap(AccountConfig::user).or(() -> own(NamedProvider::user, main.user()));
        }

        @Override
        public boolean check() {
            return false;
        }

        @Override
        public Optional<String> apiKey() {
            return account.isPresent()
                    ? account.flatMap(AccountConfig::apiKey)
                    : own(NamedProvider::apiKey, main.apiKey());
        }

        @Override
        public Optional<String> apiKeySecret() {
            return account.isPresent()
                    ? account.flatMap(AccountConfig::apiKeySecret)
                    : own(NamedProvider::apiKeySecret, main.apiKeySecret());
        }

        @Override
        public Map<String, AccountConfig> accounts() {
            return named.map(NamedProvider::accounts).orElse(Map.of());
        }

        @Override
        public Optional<List<String>> allowedHosts() {
            return own(NamedProvider::allowedHosts, main.allowedHosts());
        }

        @Override
        public Duration timeout() {
            return main.timeout();
        }

        @Override
        public Duration connectTimeout() {
            return main.connectTimeout();
        }

        @Override
        public long maxBytes() {
            return main.maxBytes();
        }

        @Override
        public Duration longestCall() {
            Duration once = connectTimeout().plus(timeout());
            return Descriptions.isFetched(kind) ? once.multipliedBy(2) : once;
        }
    }
}
