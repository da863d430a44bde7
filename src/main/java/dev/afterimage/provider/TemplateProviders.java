package dev.afterimage.provider;

import dev.afterimage.generation.AccountChoice.Accounts;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplatesConfig;
import dev.afterimage.image.TemplatesConfig.TemplateSettings;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.ProviderLimitConfig;
import dev.afterimage.limit.Purchase;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Knows which API makes the images of each template, as configured. */
@Singleton
public final class TemplateProviders implements Accounts {

    private final Api main;
    private final Map<String, Api> byTemplate = new HashMap<>();
    private final KeyScheme keys;

    /**
     * The APIs of these configurations.
     *
     * @throws IllegalArgumentException when there is no such API, its description is wrong, or the configuration lacks
     *     what it needs
     */
    public TemplateProviders(ProviderConfig config, ProvidersConfig others, TemplatesConfig templates) {
        this.main = Api.main(config);
        Map<String, KeyScheme.Template> declared = new HashMap<>();
        templates.templates().forEach((name, settings) -> {
            Api api = Api.of(settings, config, others.providers());
            byTemplate.put(name, api);
            declared.put(name, new KeyScheme.Template(api.identity(), defaults(name, settings)));
        });
        this.keys = new KeyScheme(main.identity(), declared, templates.templatesOnly());
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
    public Api main() {
        return main;
    }

    private Stream<Api> all() {
        return Stream.concat(Stream.of(main), byTemplate.values().stream());
    }

    private Api apiOf(ImageRequest request) {
        return byTemplate.getOrDefault(request.template().value(), main);
    }

    @Override
    public String api(ImageRequest request) {
        return apiOf(request).name();
    }

    @Override
    public Set<String> apis() {
        return all().map(Api::name).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public double cost(ImageRequest request) {
        return ProviderCall.cost(apiOf(request).cost(), keys.completed(request), Optional.empty());
    }

    @Override
    public List<String> of(ImageRequest request) {
        return apiOf(request).accountNames();
    }

    @Override
    public boolean isIdempotent(ImageRequest request) {
        return apiOf(request)
                .description()
                .flatMap(Description::idempotencyHeader)
                .isPresent();
    }

    @Override
    public String budget(ImageRequest request, String account) {
        return account.equals(Purchase.DEFAULT_ACCOUNT) ? apiOf(request).name() : account;
    }

    /**
     * The limits of each account that a template may bill.
     *
     * @param config the limits of the main API's own key
     * @throws IllegalArgumentException when an account's own limits are out of range; says how to mend it
     */
    public AccountLimits limits(ProviderLimitConfig config) {
        Duration longestCall = all().map(api -> api.settings().longestCall())
                .max(Comparator.naturalOrder())
                .orElseThrow();
        Limits ofMain =
                new Limits(config.rate(), config.rateWindow(), config.concurrency(), config.bulkShare(), longestCall);
        SortedMap<String, Limits> limits = new TreeMap<>();
        all().forEach(api ->
                api.accounts().forEach(account -> limits.put(account.name(), api.limits(account, ofMain))));
        return new AccountLimits(limits, main.accountNames());
    }

    /**
     * The credits that each account may spend in a calendar month, where that is limited.
     *
     * @param ofMain the budget of the main API's own key
     */
    public Map<String, Double> budgets(OptionalLong ofMain, ProvidersConfig others) {
        Map<String, Double> budgets = new HashMap<>();
        others.providers()
                .forEach((name, other) ->
                        other.monthlyCredits().ifPresent(credits -> budgets.put(name, (double) credits)));
        all().forEach(api -> api.accounts()
                .forEach(account -> api.budget(account, ofMain)
                        .ifPresent(credits -> budgets.put(account.name(), (double) credits))));
        return budgets;
    }

    /**
     * A generator that completes each request with the defaults of its template, and hands it to the template's API with
     * the attempt's account.
     *
     * @param factory makes the generator of one API, with the settings of one of its accounts; called once for each
     */
    public ImageGenerator generator(BiFunction<Api, ApiSettings, ImageGenerator> factory) {
        Map<Api, Map<String, ImageGenerator>> made = new HashMap<>();
        all().forEach(api -> made.computeIfAbsent(api, added -> {
            Map<String, ImageGenerator> byAccount = new LinkedHashMap<>();
            added.accounts()
                    .forEach(account -> byAccount.put(account.name(), factory.apply(added, added.settings(account))));
            return byAccount;
        }));
        return (request, attempt) -> {
            Api api = apiOf(request);
            Map<String, ImageGenerator> byAccount =
                    Optional.ofNullable(made.get(api)).orElseThrow();
            // A job of an account that is no longer configured is polled with the key of another one.
            ImageGenerator generator = Optional.ofNullable(byAccount.get(attempt.account()))
                    .orElseGet(() -> byAccount.values().iterator().next());
            return generator.generate(api.retargeted(keys.completed(request)), attempt);
        };
    }
}
