package dev.afterimage.wiring;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.Worker;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/**
 * Health checks of what a process itself needs to serve. Redis, S3, SQS and the provider are not checked: while one of
 * them is gone all processes are in the same state, and still answer what they can.
 */
class HealthChecks {

    private static final System.Logger LOG = System.getLogger(HealthChecks.class.getName());

    /** A key that no image has. */
    private static final ImageKey KEY = new ImageKey("0".repeat(64));

    /** Whether the worker runs. One that has stopped by itself does not start again, so the process must be replaced. */
    @Singleton
    @Liveness
    HealthCheck worker(Instance<Worker> worker, PregenerationConfig config) {
        return () -> HealthCheckResponse.named("worker")
                .status(!config.worker() || worker.get().isWell())
                .build();
    }

    /** Whether a file can be written to the local directory, where one is used. */
    @Singleton
    @Readiness
    HealthCheck directory(BackendConfig backends, Instance<LocalBackend> local) {
        return () -> answer(
                "directory",
                backends.usesLocal() && local.isResolvable() ? local.get().defect() : Optional.empty());
    }

    /** Whether a URL can be signed, which every answer needs. */
    @Singleton
    @Readiness
    HealthCheck signature(Instance<UrlSigner> signer, Clock clock) {
        return () -> answer("signature", signingDefect(signer, clock.instant()));
    }

    private static Optional<String> signingDefect(Instance<UrlSigner> signer, Instant now) {
        try {
            signer.get().sign(new IndexEntry(KEY, ImageFormat.PNG, 1, now, now, now));
            return Optional.empty();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "no URL can be signed", e);
            return Optional.of("The signing key cannot be used; see the log, and afterimage.delivery.private-key.");
        }
    }

    private static HealthCheckResponse answer(String name, Optional<String> defect) {
        return defect.map(reason -> HealthCheckResponse.named(name).down().withData("reason", reason))
                .orElseGet(() -> HealthCheckResponse.named(name).up())
                .build();
    }
}
