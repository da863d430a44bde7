package dev.afterimage.wiring;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * The default number of event loops: one for each processor, and at least two. Vert.x' own default is twice as many, but
 * then a request and the answer from Redis that it waits for are more often on different loops, and each time one loop
 * must wake the other by a system call: in a flood of misses that is 1/16 of all work. A Lambda function answers one
 * request at a time and has one loop. {@code quarkus.vertx.event-loops-pool-size} overrides this.
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
