package dev.afterimage.wiring;

import dev.afterimage.aws.ClientLimits;
import dev.afterimage.aws.S3Descriptions;
import dev.afterimage.image.TemplatesConfig;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.ProviderLimitConfig;
import dev.afterimage.provider.Descriptions;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.provider.ProvidersConfig;
import dev.afterimage.provider.TemplateProviders;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.spi.ConfigSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Computes configuration values, so that each limit is set only once: the provider's limits ({@code afterimage.provider.…})
 * default to those of its description, and the annotations of {@link dev.afterimage.generation.guard.LocalRateLimit} and
 * {@link dev.afterimage.generation.guard.CallGuard} default to the provider's limits.
 * {@code quarkus.fault-tolerance."dev.afterimage.generation.guard.CallGuard/call".…} overrides the annotations' defaults.
 *
 * <p>A value that is empty, no number or duration, or not above zero is left out: the mapping that reads it, or
 * {@link ConfigurationCheck}, stops the start and names its key, which a failure here or in the annotations would not.
 */
public class GuardDefaults implements ConfigSourceFactory {

    private static final String PROVIDER = "afterimage.provider.";
    private static final String S3 = "quarkus.s3.";
    private static final Pattern TEMPLATE_PROVIDER = Pattern.compile(
            "afterimage\\.templates\\.(\"[^\"]+\"|[^.\"]+)\\.provider|AFTERIMAGE_TEMPLATES_.+_PROVIDER");
    /**
     * Keys that add an account with limits of its own: those of a further account, and those that turn a further provider into
     * an account; see {@link ProvidersConfig}.
     */
    private static final Pattern OWN_LIMITS = Pattern.compile(
            "afterimage\\.provider\\.accounts\\..+|afterimage\\.providers\\..+\\.(rate|rate-window|concurrency|api-key(-secret)?|accounts\\..+)"
                    + "|AFTERIMAGE_PROVIDER_ACCOUNTS_.+|AFTERIMAGE_PROVIDERS_.+_(RATE|RATE_WINDOW|CONCURRENCY|API_KEY(_SECRET)?|ACCOUNTS_.+)");

    private static final Pattern COUNT = Pattern.compile("\\+?0*[1-9][0-9]*");

    private static final String GUARDS = "quarkus.fault-tolerance.\"dev.afterimage.generation.guard.";
    private static final String RATE = GUARDS + "LocalRateLimit/pass\".rate-limit.";
    private static final String CALL = GUARDS + "CallGuard/call\".";
    /** Below application.properties (250), above the annotations' own values. */
    private static final int ORDINAL = 200;
    /** Above the environment (300) and system properties (400). */
    private static final int ABOVE_ALL = 1000;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        Map<String, String> fetched = new HashMap<>();
        Set<String> kinds = kinds(context, false, fetched);
        boolean ownLimits = names(context).anyMatch(OWN_LIMITS.asMatchPredicate());
        Map<String, String> described = Descriptions.limits(ownLimits ? kinds(context, true, fetched) : kinds);
        if (ownLimits) {
            // All APIs share one time-out, also those with limits of their own: the longest that a description names.
            Optional.ofNullable(Descriptions.limits(kinds).get("timeout"))
                    .ifPresent(timeout -> described.put("timeout", timeout));
        }
        Map<String, String> defaults = new HashMap<>();
        described.forEach((name, value) -> defaults.put(PROVIDER + name, value));
        count(context, described, "rate").ifPresent(rate -> defaults.put(RATE + "value", rate));
        duration(value(context, described, "rate-window")).ifPresent(window -> {
            defaults.put(RATE + "window", millis(window));
            defaults.put(RATE + "window-unit", "millis");
        });
        defaults.put(CALL + "timeout.value", millis(longestCall(context, described)));
        defaults.put(CALL + "timeout.unit", "millis");
        count(context, described, "concurrency").ifPresent(places -> defaults.put(CALL + "bulkhead.value", places));
        if (ownLimits) {
            widenToAllAccounts(context, defaults, fetched);
        }
        return List.of(
                new PropertiesConfigSource(defaults, "the provider's limits", ORDINAL),
                new PropertiesConfigSource(fetched, "descriptions in S3", ABOVE_ALL));
    }

    private static Stream<String> names(ConfigSourceContext context) {
        Iterable<String> names = context::iterateNames;
        return StreamSupport.stream(names.spliterator(), false);
    }

    /** The limits of the accounts, read as the service will read them. */
    private static AccountLimits accounts(
            ConfigSourceContext context, Map<String, String> defaults, Map<String, String> fetched) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultSources()
                .addDiscoveredConverters()
                .withSources(new ConfigSourceContext.ConfigSourceContextConfigSource(context))
                .withSources(new PropertiesConfigSource(defaults, "the provider's limits", ORDINAL))
                .withSources(new PropertiesConfigSource(fetched, "descriptions in S3", ABOVE_ALL))
                .withMapping(ProviderConfig.class)
                .withMapping(ProviderLimitConfig.class)
                .withMapping(ProvidersConfig.class)
                .withMapping(TemplatesConfig.class)
                .withValidateUnknown(false)
                .build();
        return new TemplateProviders(
                        config.getConfigMapping(ProviderConfig.class),
                        config.getConfigMapping(ProvidersConfig.class),
                        config.getConfigMapping(TemplatesConfig.class))
                .limits(config.getConfigMapping(ProviderLimitConfig.class));
    }

    /** Widens the guards to the limits of all accounts together, because one guard serves the calls of all accounts. */
    private static void widenToAllAccounts(
            ConfigSourceContext context, Map<String, String> defaults, Map<String, String> fetched) {
        AccountLimits accounts;
        try {
            accounts = accounts(context, defaults, fetched);
        } catch (RuntimeException mistake) {
            // ConfigurationCheck, or the part that is configured, stops the start with a better message.
            return;
        }
        AccountLimits.CombinedLimit limit = accounts.sum();
        defaults.put(RATE + "value", Long.toString(limit.calls()));
        defaults.put(RATE + "window", millis(limit.window()));
        defaults.put(RATE + "window-unit", "millis");
        defaults.remove(CALL + "bulkhead.value");
        accounts.places().ifPresent(places -> defaults.put(CALL + "bulkhead.value", Integer.toString(places)));
    }

    private static boolean hasOwnLimits(ConfigSourceContext context, String provider) {
        String inEnvironment = provider.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
        return names(context)
                .filter(OWN_LIMITS.asMatchPredicate())
                .anyMatch(name -> name.startsWith("afterimage.providers.\"" + provider + "\".")
                        || name.startsWith("afterimage.providers." + provider + ".")
                        || name.startsWith("AFTERIMAGE_PROVIDERS_" + inEnvironment + "_"));
    }

    /**
     * The kinds of all configured APIs: {@code afterimage.provider.kind}, and those that templates name.
     *
     * @param sharingOnly leaves out the APIs that are accounts of their own, and so do not share the provider's limits
     * @param fetched receives the documents of descriptions that are in S3, by the configuration key that names them
     */
    private static Set<String> kinds(ConfigSourceContext context, boolean sharingOnly, Map<String, String> fetched) {
        Set<String> kinds = new HashSet<>();
        kinds.add(withDocument(
                context, PROVIDER + "kind", value(context, "kind").orElse(ProviderConfig.DEFAULT_KIND), fetched));
        context.iterateNames().forEachRemaining(name -> {
            if (TEMPLATE_PROVIDER.matcher(name).matches()) {
                Optional<String> named =
                        configured(context, name).filter(provider -> !(sharingOnly && hasOwnLimits(context, provider)));
                named.ifPresent(provider -> {
                    String key = "afterimage.providers.\"" + provider + "\".kind";
                    kinds.add(withDocument(
                            context,
                            key,
                            configured(context, key)
                                    .or(() -> configured(context, "afterimage.providers." + provider + ".kind"))
                                    .orElse(provider),
                            fetched));
                });
            }
        });
        return kinds;
    }

    /**
     * The kind as it is configured; or, for a description in S3, its document, which is read here and replaces the name in the
     * configuration.
     */
    private static String withDocument(
            ConfigSourceContext context, String key, String kind, Map<String, String> fetched) {
        if (!S3Descriptions.isOne(kind)) {
            return kind;
        }
        try (S3Client s3 = s3(context)) {
            return fetched.computeIfAbsent(key, any -> Descriptions.inline(S3Descriptions.read(s3, kind)));
        }
    }

    /** A client made from Quarkus' own keys, because Quarkus' client does not exist yet. */
    private static S3Client s3(ConfigSourceContext context) {
        S3ClientBuilder builder = new ClientLimits(Duration.ofSeconds(5), Duration.ofSeconds(10))
                .limitS3(S3Client.builder().httpClientBuilder(UrlConnectionHttpClient.builder()));
        configured(context, S3 + "aws.region").map(Region::of).ifPresent(builder::region);
        configured(context, S3 + "endpoint-override").map(URI::create).ifPresent(builder::endpointOverride);
        builder.forcePathStyle(configured(context, S3 + "path-style-access")
                .map(Boolean::parseBoolean)
                .orElse(false));
        String credentials = S3 + "aws.credentials.static-provider.";
        configured(context, credentials + "access-key-id")
                .ifPresent(id ->
                        builder.credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                                id,
                                configured(context, credentials + "secret-access-key")
                                        .orElse("")))));
        return builder.build();
    }

    private static Optional<String> configured(ConfigSourceContext context, String name) {
        return Optional.ofNullable(context.getValue(name))
                .map(ConfigValue::getValue)
                .filter(value -> !value.isBlank());
    }

    /**
     * The longest call where the answer is a URL or a job; see
     * {@link dev.afterimage.provider.ApiSettings#longestCall()}.
     */
    private static Duration longestCall(ConfigSourceContext context, Map<String, String> described) {
        return durationOr(ProviderConfig.DEFAULT_CONNECT_TIMEOUT, value(context, "connect-timeout"))
                .plus(durationOr(ProviderConfig.DEFAULT_TIMEOUT, value(context, described, "timeout")))
                .multipliedBy(2);
    }

    private static Optional<String> value(ConfigSourceContext context, Map<String, String> described, String name) {
        return value(context, name).or(() -> Optional.ofNullable(described.get(name)));
    }

    private static Optional<String> value(ConfigSourceContext context, String name) {
        return configured(context, PROVIDER + name);
    }

    /** A whole number above zero. */
    private static Optional<String> count(ConfigSourceContext context, Map<String, String> described, String name) {
        return value(context, described, name).map(String::strip).filter(COUNT.asMatchPredicate());
    }

    private static Duration durationOr(String standard, Optional<String> text) {
        return duration(text).orElseGet(() -> new DurationConverter().convert(standard));
    }

    /** A duration above zero. */
    private static Optional<Duration> duration(Optional<String> text) {
        try {
            return text.map(new DurationConverter()::convert).filter(Duration::isPositive);
        } catch (IllegalArgumentException invalid) {
            return Optional.empty();
        }
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}
