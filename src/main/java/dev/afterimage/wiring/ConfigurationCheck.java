package dev.afterimage.wiring;

import static java.util.Map.entry;

import dev.afterimage.aws.S3Config;
import dev.afterimage.aws.SecretsConfig;
import dev.afterimage.aws.SqsConfig;
import dev.afterimage.cache.CacheConfig;
import dev.afterimage.catalogue.CatalogueFormat;
import dev.afterimage.delivery.DeliveryConfig;
import dev.afterimage.delivery.LinkConfig;
import dev.afterimage.generation.GenerationConfig;
import dev.afterimage.generation.ProviderWebhooks.WebhookConfig;
import dev.afterimage.http.ConsoleRoutes.ConsoleConfig;
import dev.afterimage.http.HttpConfig;
import dev.afterimage.http.OpenAiResource.OpenAiConfig;
import dev.afterimage.http.auth.AuthConfig;
import dev.afterimage.http.batch.BatchResource.BatchEventsConfig;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateId;
import dev.afterimage.image.TemplatesConfig;
import dev.afterimage.jobs.CallbackConfig;
import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.PregenerationConfig.CatalogueConfig;
import dev.afterimage.limit.CallerQuota.QuotaConfig;
import dev.afterimage.limit.CreditBudget.BudgetConfig;
import dev.afterimage.limit.ProviderLimitConfig;
import dev.afterimage.metrics.EmfWriter.MetricsConfig;
import dev.afterimage.provider.Account;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.provider.ProvidersConfig;
import dev.afterimage.provider.demo.DemoConfig;
import dev.afterimage.redis.RedisConfig;
import dev.afterimage.wiring.BackendConfig.QueueKind;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.SmallRyeConfig;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Checks the whole configuration before anything else starts. An invalid value stops the start with its key and range.
 * For a key that nobody reads, because it is misspelt or no longer used, a warning is logged; not on Lambda, where
 * somebody waits for the start.
 */
final class ConfigurationCheck {

    private static final System.Logger LOG = System.getLogger(ConfigurationCheck.class.getName());

    /** Runs before every other observer of the start. */
    private static final int FIRST = 0;

    /** Every configuration mapping of this source root. A test fails when one is missing. */
    static final List<Class<?>> MAPPINGS = List.of(
            AuthConfig.class,
            BackendConfig.class,
            BatchEventsConfig.class,
            BudgetConfig.class,
            CacheConfig.class,
            CallbackConfig.class,
            ConsoleConfig.class,
            DeliveryConfig.class,
            DemoConfig.class,
            GenerationConfig.class,
            HttpConfig.class,
            LinkConfig.class,
            MetricsConfig.class,
            OpenAiConfig.class,
            PregenerationConfig.class,
            ProviderConfig.class,
            ProviderLimitConfig.class,
            ProvidersConfig.class,
            QuotaConfig.class,
            RedisConfig.class,
            S3Config.class,
            SecretsConfig.class,
            SqsConfig.class,
            TemplatesConfig.class,
            WebhookConfig.class);

    private static final String PREFIX = "afterimage.";

    /** The keys of the Lambda entry, whose mapping is in another source root. */
    private static final String OF_LAMBDA = "afterimage.lambda.";

    /** Durations above zero. */
    static final List<String> POSITIVE = keys("cache.ttl provider.timeout provider.connect-timeout provider.rate-window"
            + " http.deadline http.head-timeout http.body-timeout delivery.url-ttl callbacks.timeout"
            + " pregeneration.visibility-timeout pregeneration.patience redis.timeout s3.attempt-timeout s3.timeout"
            + " sqs.attempt-timeout sqs.timeout secrets.refresh secrets.attempt-timeout secrets.timeout");

    /** Durations of zero or more. */
    static final List<String> NOT_NEGATIVE = keys("cache.stale-ttl cache.stale-while-revalidate cache.near-ttl"
            + " generation.patience generation.lost-memory-pause generation.max-wait generation.rejection-ttl links.wait"
            + " links.crawler-wait redis.rest redis.warm-up s3.template-versions-ttl");

    /** Whole numbers, with the least value of each. */
    static final Map<String, Integer> LEAST = Map.ofEntries(
            entry("afterimage.cache.near-size", 0),
            entry("afterimage.delivery.memoised-urls", 0),
            entry("afterimage.demo.rate", 1),
            entry("afterimage.generation.repurchases", 0),
            entry("afterimage.generation.max-unusable", 1),
            entry("afterimage.http.max-followers", 0),
            entry("afterimage.openai.max-base64", 1),
            entry("afterimage.pregeneration.concurrency", 1),
            entry("afterimage.pregeneration.max-attempts", 1),
            entry("afterimage.pregeneration.max-deliveries", 1),
            entry("afterimage.provider.concurrency", 1),
            entry("afterimage.provider.max-bytes", 1),
            entry("afterimage.provider.monthly-credits", 0),
            entry("afterimage.provider.rate", 1),
            entry("afterimage.quota.per-caller", 1),
            entry("afterimage.redis.rest-after", 1));

    private static final String IDLE_TIMEOUT = "quarkus.http.idle-timeout";

    /** An answer leaves at most so long after its deadline. */
    private static final Duration LATEST_ANSWER = Duration.ofSeconds(1);

    /** The longest visibility timeout (Amazon SQS Developer Guide, "Amazon SQS visibility timeout"). */
    private static final Duration LONGEST_IN_SQS = Duration.ofHours(12);

    /** The keys of former versions that are no longer used, each with a sentence that says what the service does now. */
    private static final Map<String, String> REMOVED = Map.of(
            "afterimage.generation.retry-unknown",
            "A call whose outcome is unknown is repeated afterimage.generation.repurchases times.",
            "afterimage.provider.emergency-share",
            "Without Redis nothing is bought; images that exist are served, and the others wait on the queue.");

    private static List<String> keys(String names) {
        return Stream.of(names.split(" ")).map(PREFIX::concat).toList();
    }

    void begin(
            @Observes @Priority(FIRST) StartupEvent start,
            Config config,
            @ConfigProperty(name = "aws.lambda.function.name") Optional<String> lambdaFunction) {
        SmallRyeConfig all = config.unwrap(SmallRyeConfig.class);
        checkRanges(all);
        if (lambdaFunction.isEmpty()) {
            checkIdleTimeout(all);
            warnings(all.getPropertyNames()).forEach(warning -> LOG.log(Level.WARNING, warning));
        }
    }

    /**
     * Checks every value that has a range.
     *
     * @throws IllegalArgumentException when one is invalid; says how to mend it
     */
    static void checkRanges(SmallRyeConfig config) {
        POSITIVE.forEach(key -> config.getOptionalValue(key, Duration.class).ifPresent(value -> positive(key, value)));
        NOT_NEGATIVE.forEach(
                key -> config.getOptionalValue(key, Duration.class).ifPresent(value -> notNegative(key, value)));
        LEAST.forEach((key, least) ->
                config.getOptionalValue(key, Long.class).ifPresent(value -> atLeast(key, value, least)));
        HttpConfig http = config.getConfigMapping(HttpConfig.class);
        http.maxWait().filter(most -> most.compareTo(http.deadline()) < 0).ifPresent(most -> {
            throw new IllegalArgumentException("Set afterimage.http.max-wait to afterimage.http.deadline, "
                    + http.deadline() + ", or more, or leave it out; it is " + most + ".");
        });
        checkTemplates(
                config.getConfigMapping(TemplatesConfig.class).templates(),
                config.getConfigMapping(CacheConfig.class).templates());
        ProviderLimitConfig limits = config.getConfigMapping(ProviderLimitConfig.class);
        limits.creditPrice().filter(price -> price.signum() < 0).ifPresent(price -> {
            throw new IllegalArgumentException(
                    "Set afterimage.provider.credit-price to zero or more, such as 0.04; it is " + price + ".");
        });
        if (!(limits.bulkShare() > 0 && limits.bulkShare() <= 1)) {
            throw new IllegalArgumentException("Set afterimage.provider.bulk-share to more than 0 and at most 1; it is "
                    + limits.bulkShare() + ".");
        }
        Account.check(config.getConfigMapping(ProviderConfig.class), config.getConfigMapping(ProvidersConfig.class));
        BudgetConfig budget = config.getConfigMapping(BudgetConfig.class);
        budget.perTenant().ifPresent(limit -> notNegative("afterimage.budget.per-tenant", limit));
        budget.tenants().forEach((tenant, limit) -> notNegative("afterimage.budget.tenants.\"" + tenant + "\"", limit));
        PregenerationConfig pregeneration = config.getConfigMapping(PregenerationConfig.class);
        pregeneration.catalogues().forEach(ConfigurationCheck::checkCatalogue);
        if (config.getConfigMapping(BackendConfig.class).queueKind() == QueueKind.SQS) {
            checkVisibility(pregeneration.visibilityTimeout());
        }
        checkLinks(config.getConfigMapping(LinkConfig.class));
        if (config.getConfigMapping(CallbackConfig.class).secrets().stream()
                .anyMatch(secret -> bytes(secret) < CallbackConfig.SHORTEST_SECRET)) {
            throw new IllegalArgumentException(
                    "Set afterimage.callbacks.secret, and .former-secret if there is one, to "
                            + CallbackConfig.SHORTEST_SECRET + " or more bytes of text.");
        }
        WebhookConfig webhooks = config.getConfigMapping(WebhookConfig.class);
        boolean tooShort = webhooks.secret()
                .filter(secret -> bytes(secret) < WebhookConfig.SHORTEST_SECRET)
                .isPresent();
        if (tooShort || webhooks.secret().isPresent() != webhooks.baseUrl().isPresent()) {
            throw new IllegalArgumentException("Set afterimage.webhooks.secret to " + WebhookConfig.SHORTEST_SECRET
                    + " or more bytes of text, and afterimage.webhooks.base-url to where providers reach this service, such as"
                    + " https://images.example; or neither.");
        }
    }

    /**
     * Checks that every wait for an answer is shorter than the idle time-out, at which the server closes a silent connection.
     * Not on Lambda, where no such server listens.
     *
     * @throws IllegalArgumentException when a wait is too long; says how to mend it
     */
    static void checkIdleTimeout(SmallRyeConfig config) {
        HttpConfig http = config.getConfigMapping(HttpConfig.class);
        LinkConfig links = config.getConfigMapping(LinkConfig.class);
        Map<String, Duration> waits = new LinkedHashMap<>();
        waits.put("http.deadline", http.deadline());
        http.maxWait().ifPresent(most -> waits.put("http.max-wait", most));
        waits.put("links.wait", links.patience());
        waits.put("links.crawler-wait", links.crawlerPatience());
        config.getOptionalValue(IDLE_TIMEOUT, Duration.class)
                .filter(Duration::isPositive) // zero: never closed
                .ifPresent(idle -> waits.forEach((key, wait) -> {
                    if (wait.plus(LATEST_ANSWER).compareTo(idle) >= 0) {
                        throw new IllegalArgumentException("Set " + PREFIX + key + " to less than "
                                + idle.minus(LATEST_ANSWER) + ", or " + IDLE_TIMEOUT + ", " + idle
                                + ", to more: a connection that is silent for so long is closed. It is " + wait + ".");
                    }
                }));
    }

    private static void checkTemplates(
            Map<String, TemplatesConfig.TemplateSettings> templates, Map<String, CacheConfig.TemplateConfig> cached) {
        cached.forEach((template, settings) ->
                settings.ttl().ifPresent(ttl -> positive("afterimage.cache.templates.\"" + template + "\".ttl", ttl)));
        templates.forEach((template, own) -> {
            String key = "afterimage.templates.\"" + template + "\".";
            own.ttl().ifPresent(ttl -> positive(key + "ttl", ttl));
            boolean twice = own.ttl().isPresent()
                    && Optional.ofNullable(cached.get(template))
                            .flatMap(CacheConfig.TemplateConfig::ttl)
                            .isPresent();
            if (twice) {
                throw new IllegalArgumentException("Set " + key + "ttl or afterimage.cache.templates.\"" + template
                        + "\".ttl, which mean the same, and not both.");
            }
            own.cost().ifPresent(cost -> notNegative(key + "cost", cost));
        });
    }

    private static void checkCatalogue(String name, CatalogueConfig catalogue) {
        String key = "afterimage.pregeneration.catalogues.\"" + name + "\".";
        if (CatalogueFormat.ofFileName(catalogue.source()).isEmpty()) {
            throw new IllegalArgumentException("Set " + key
                    + "source to a file whose name ends with .csv, .ndjson, .jsonl or .json; it is "
                    + catalogue.source()
                    + ".");
        }
        catalogue.template().ifPresent(template -> {
            try {
                var unused = new TemplateId(template);
            } catch (InvalidRequestException e) {
                throw new IllegalArgumentException(
                        "Set " + key + "template to the name of a template; it is " + template + ". " + e.detail(), e);
            }
        });
        catalogue.period().ifPresent(period -> positive(key + "period", period));
    }

    private static void checkVisibility(Duration timeout) {
        if (timeout.toSeconds() < 1 || timeout.compareTo(LONGEST_IN_SQS) > 0) {
            throw new IllegalArgumentException(
                    "Set afterimage.pregeneration.visibility-timeout to 1s or more and 12h or less, which is what SQS takes;"
                            + " it is " + timeout + ".");
        }
    }

    private static void checkLinks(LinkConfig links) {
        links.secrets().forEach((id, secret) -> {
            if (bytes(secret) < LinkConfig.SHORTEST_SECRET) {
                throw new IllegalArgumentException("Set afterimage.links.secrets.\"" + id + "\" to "
                        + LinkConfig.SHORTEST_SECRET + " or more bytes of text; it has " + bytes(secret) + ".");
            }
        });
        if (links.storedSecrets().isPresent() && !links.secrets().isEmpty()) {
            throw new IllegalArgumentException(
                    "Set afterimage.links.stored-secrets or afterimage.links.secrets, not both.");
        }
        boolean hasSigningSecret = links.current()
                .map(links.secrets()::containsKey)
                .orElse(links.secrets().size() <= 1);
        if (!hasSigningSecret) {
            throw new IllegalArgumentException(
                    "Set afterimage.links.current to the id of the secret in afterimage.links.secrets that signs.");
        }
    }

    private static int bytes(String secret) {
        return secret.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void positive(String key, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException("Set " + key + " to more than zero, such as 30s; it is " + value + ".");
        }
    }

    private static void notNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException("Set " + key + " to zero or more, such as 30s; it is " + value + ".");
        }
    }

    private static void notNegative(String key, double value) {
        if (!(value >= 0)) { // NaN is refused, too: no budget would hold.
            throw new IllegalArgumentException("Set " + key + " to 0 or more; it is " + value + ".");
        }
    }

    private static void atLeast(String key, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException("Set " + key + " to " + least + " or more; it is " + value + ".");
        }
    }

    /** A warning for each of the service's keys that nobody reads. */
    static Set<String> warnings(Iterable<String> names) {
        Set<String> known = MAPPINGS.stream()
                .flatMap(mapping -> ConfigClass.configClass(mapping).getProperties().keySet().stream())
                .collect(Collectors.toSet());
        Pattern read = Pattern.compile(known.stream()
                .flatMap(key -> Stream.of(dotted(key), Pattern.compile(inEnvironment(key, ".+"))))
                .map(Pattern::pattern)
                .collect(Collectors.joining("|")));
        Set<String> warnings = new TreeSet<>();
        for (String name : names) {
            Optional<String> removed = REMOVED.keySet().stream()
                    .filter(key -> name.equals(key) || name.equals(inEnvironment(key, "")))
                    .findFirst();
            if (removed.isPresent()) {
                warnings.add(removed.get() + " is no longer used. " + REMOVED.get(removed.get()));
            } else if (isOurs(name) && !read.matcher(name).matches()) {
                warnings.add(name + " is set, but nothing reads it; docs/configuration.md has all keys.");
            }
        }
        return warnings;
    }

    private static boolean isOurs(String name) {
        return (name.startsWith(PREFIX) && !name.startsWith(OF_LAMBDA))
                || (name.startsWith(inEnvironment(PREFIX, "")) && !name.startsWith(inEnvironment(OF_LAMBDA, "")));
    }

    /** The pattern of a key in which {@code *} stands for a name, quoted or not, or an index. */
    private static Pattern dotted(String key) {
        return Pattern.compile(Stream.of(key.split("\\*", -1))
                .map(Pattern::quote)
                .collect(Collectors.joining("(?:\"[^\"]*\"|[^.\"]+)")));
    }

    /**
     * A key as the name of an environment variable (MicroProfile Config, "Default ConfigSources").
     *
     * @param name what replaces {@code *}
     */
    private static String inEnvironment(String key, String name) {
        return Stream.of(key.split("\\*", -1))
                .map(part -> part.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT))
                .collect(Collectors.joining(name));
    }
}
