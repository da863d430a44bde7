package dev.afterimage.wiring;

import dev.afterimage.metrics.Meters;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The meters on the registry that Quarkus provides. */
class MetricsWiring {

    @Produces
    @Singleton
    Meters meters(MeterRegistry registry) {
        return new Meters(registry);
    }
}
