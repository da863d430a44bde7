package dev.afterimage.wiring;

import dev.afterimage.http.console.ConsoleConfig;
import dev.afterimage.http.console.ConsoleSwitch;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Decides whether there is a console: on a laptop, unless the configuration says otherwise. */
class ConsoleWiring {

    @Produces
    @Singleton
    ConsoleSwitch console(ConsoleConfig config, BackendConfig backends) {
        return new ConsoleSwitch(config.enabled().orElse(backends.backend() == BackendConfig.Backend.LOCAL));
    }
}
