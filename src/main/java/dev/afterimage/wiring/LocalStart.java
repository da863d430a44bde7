package dev.afterimage.wiring;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

/** Opens what a local part needs before anything else starts, or says at once why it cannot be had. */
@Singleton
class LocalStart {

    void begin(@Observes @Priority(1) StartupEvent start, BackendConfig backends, Instance<LocalBackend> local) {
        if (backends.usesLocal()) {
            LocalBackend.of(local).open();
        }
    }
}
