package dev.afterimage.wiring;

import dev.afterimage.provider.Descriptions;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Defaults of the provider's limits ({@code afterimage.provider.…}), from the provider's description, and of the
 * annotations of {@link dev.afterimage.generation.guard.LocalRateLimit} and
 * {@link dev.afterimage.generation.guard.CallGuard}, from those limits. So each limit is set once.
 * {@code quarkus.fault-tolerance."dev.afterimage.generation.guard.CallGuard/call".…} overrides them.
 */
public class GuardDefaults implements ConfigSourceFactory {

    private static final String PROVIDER = "afterimage.provider.";
    private static final Pattern TEMPLATE_PROVIDER = Pattern.compile(
            "afterimage\\.templates\\.(\"[^\"]+\"|[^.\"]+)\\.provider|AFTERIMAGE_TEMPLATES_.+_PROVIDER");
    private static final String GUARDS = "quarkus.fault-tolerance.\"dev.afterimage.generation.guard.";
    private static final String RATE = GUARDS + "LocalRateLimit/pass\".rate-limit.";
    private static final String CALL = GUARDS + "CallGuard/call\".";
    /** Below application.properties (250), above the annotations' own values. */
    private static final int ORDINAL = 200;
    /** The defaults of {@link dev.afterimage.provider.ProviderConfig}. */
    private static final String CONNECT_TIMEOUT = "5s";

    private static final String TIMEOUT = "60s";

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        Map<String, String> described = Descriptions.limits(kinds(context));
        Map<String, String> defaults = new HashMap<>();
        described.forEach((name, value) -> defaults.put(PROVIDER + name, value));
        value(context, described, "rate").ifPresent(rate -> defaults.put(RATE + "value", rate));
        value(context, described, "rate-window").ifPresent(window -> {
            defaults.put(RATE + "window", millis(duration(window)));
            defaults.put(RATE + "window-unit", "millis");
        });
        defaults.put(CALL + "timeout.value", millis(longestCall(context, described)));
        defaults.put(CALL + "timeout.unit", "millis");
        value(context, described, "concurrency").ifPresent(places -> defaults.put(CALL + "bulkhead.value", places));
        return List.of(new PropertiesConfigSource(defaults, "the provider's limits", ORDINAL));
    }

    /** The kinds of all configured APIs: {@code afterimage.provider.kind}, and those that templates name. */
    private static Set<String> kinds(ConfigSourceContext context) {
        Set<String> kinds = new HashSet<>();
        kinds.add(value(context, "kind").orElse("demo"));
        context.iterateNames().forEachRemaining(name -> {
            if (TEMPLATE_PROVIDER.matcher(name).matches()) {
                ConfigValue provider = context.getValue(name);
                if (provider != null && provider.getValue() != null) {
                    ConfigValue kind = context.getValue("afterimage.providers.\"" + provider.getValue() + "\".kind");
                    if (kind == null || kind.getValue() == null) {
                        kind = context.getValue("afterimage.providers." + provider.getValue() + ".kind");
                    }
                    kinds.add(kind == null || kind.getValue() == null ? provider.getValue() : kind.getValue());
                }
            }
        });
        return kinds;
    }

    /**
     * The upper bound of {@link dev.afterimage.provider.ProviderConfig#longestCall()}, that of a provider whose answer is
     * a URL.
     */
    private static Duration longestCall(ConfigSourceContext context, Map<String, String> described) {
        return duration(value(context, "connect-timeout").orElse(CONNECT_TIMEOUT))
                .plus(duration(value(context, described, "timeout").orElse(TIMEOUT)))
                .multipliedBy(2);
    }

    private static Optional<String> value(ConfigSourceContext context, Map<String, String> described, String name) {
        return value(context, name).or(() -> Optional.ofNullable(described.get(name)));
    }

    private static Optional<String> value(ConfigSourceContext context, String name) {
        ConfigValue configured = context.getValue(PROVIDER + name);
        return configured == null ? Optional.empty() : Optional.ofNullable(configured.getValue());
    }

    private static Duration duration(String text) {
        return new DurationConverter().convert(text);
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}
