package dev.afterimage.wiring;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * One event loop a processor, and at least two. Vert.x' own default is twice as many; but an answer from Redis and the request
 * that waits for it then meet on different loops more often, and each time one wakes the other, which is a system call: in a
 * flood of misses every sixteenth part of all work. A Lambda function, which answers one request at a time, has one.
 * {@code quarkus.vertx.event-loops-pool-size} has the last word.
 */
public class EventLoopDefaults implements ConfigSourceFactory {

    /** Below application.properties (250). */
    private static final int ORDINAL = 200;

    private static final int LEAST = 2;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        int loops = isLambda(context) ? 1 : Math.max(LEAST, Runtime.getRuntime().availableProcessors());
        return List.of(new PropertiesConfigSource(
                Map.of("quarkus.vertx.event-loops-pool-size", Integer.toString(loops)), "the machine", ORDINAL));
    }

    private static boolean isLambda(ConfigSourceContext context) {
        ConfigValue function = context.getValue("aws.lambda.function.name");
        return function != null && function.getValue() != null;
    }
}
