package dev.afterimage.wiring;

import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.provider.demo.DemoConfig;
import dev.afterimage.provider.demo.DemoProvider;
import dev.afterimage.time.Pause;
import io.quarkus.arc.properties.UnlessBuildProperty;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Clock;

/**
 * The built-in provider. It draws with AWT, which should not be in a native binary: built with
 * {@code -Dafterimage.demo.included=false}, nothing refers to it and it is left out.
 */
class DemoWiring {

    @Produces
    @Singleton
    @Named("demo")
    @UnlessBuildProperty(name = "afterimage.demo.included", stringValue = "false", enableIfMissing = true)
    ImageGenerator demo(DemoConfig config, Clock clock, Pause pause) {
        return new DemoProvider(config, clock, pause);
    }
}
