package dev.afterimage.wiring;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Translates the provider's limits ({@code afterimage.provider.…}) into defaults for the annotations of
 * {@link dev.afterimage.generation.guard.BeltGuard}, so that they are said once. Whoever sets
 * {@code quarkus.fault-tolerance."dev.afterimage.generation.guard.BeltGuard/call".…} directly has the last word.
 */
public class BeltDefaults implements ConfigSourceFactory {

    private static final String PROVIDER = "afterimage.provider.";
    private static final String BELT =
            "quarkus.fault-tolerance.\"dev.afterimage.generation.guard.BeltGuard/call\".";
    /** Below application.properties (250), above the annotations' own values. */
    private static final int ORDINAL = 200;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        Map<String, String> belt = new HashMap<>();
        value(context, "rate").ifPresent(rate -> belt.put(BELT + "rate-limit.value", rate));
        value(context, "rate-window").map(BeltDefaults::millis).ifPresent(window -> {
            belt.put(BELT + "rate-limit.window", window);
            belt.put(BELT + "rate-limit.window-unit", "millis");
        });
        value(context, "timeout").map(BeltDefaults::millis).ifPresent(timeout -> {
            belt.put(BELT + "timeout.value", timeout);
            belt.put(BELT + "timeout.unit", "millis");
        });
        value(context, "concurrency").ifPresent(places -> belt.put(BELT + "bulkhead.value", places));
        return List.of(new PropertiesConfigSource(belt, "the provider's limits", ORDINAL));
    }

    private static Optional<String> value(ConfigSourceContext context, String name) {
        ConfigValue configured = context.getValue(PROVIDER + name);
        return configured == null ? Optional.empty() : Optional.ofNullable(configured.getValue());
    }

    private static String millis(String duration) {
        return Long.toString(new io.quarkus.runtime.configuration.DurationConverter()
                .convert(duration)
                .toMillis());
    }
}
