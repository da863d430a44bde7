package dev.afterimage.testing;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** Configuration mappings as they are for some properties. */
public final class Configs {

    private Configs() {}

    public static SmallRyeConfig with(Map<String, String> properties, Class<?>... mappings) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withValidateUnknown(false)
                .withSources(new PropertiesConfigSource(properties, "test", 100));
        for (Class<?> mapping : mappings) {
            builder.withMapping(mapping);
        }
        return builder.build();
    }

    /**
     * One mapping.
     *
     * @param keysAndValues in turns
     */
    public static <T> T of(Class<T> mapping, String... keysAndValues) {
        return of(mapping, map(keysAndValues));
    }

    public static <T> T of(Class<T> mapping, Map<String, String> properties) {
        return with(properties, mapping).getConfigMapping(mapping);
    }

    /** Keys and values in turns as a map. */
    public static Map<String, String> map(String... keysAndValues) {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
