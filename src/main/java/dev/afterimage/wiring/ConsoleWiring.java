package dev.afterimage.wiring;

import dev.afterimage.http.auth.AuthConfig;
import dev.afterimage.http.console.ConsoleConfig;
import dev.afterimage.http.console.ConsoleSwitch;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Decides whether there is a console: on a laptop where nobody has to say who they are, because a browser sends no key by itself; unless the configuration says
 * otherwise. */
class ConsoleWiring {

    @Produces
    @Singleton
    ConsoleSwitch console(ConsoleConfig config, BackendConfig backends, AuthConfig auth) {
        return new ConsoleSwitch(config.enabled()
                .orElse(backends.backend() == BackendConfig.Backend.LOCAL && auth.mode() == AuthConfig.Mode.NONE));
    }
}
