package dev.afterimage.wiring;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.Worker;
import dev.afterimage.time.Machine;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
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

    /** How long an answer is reused: anybody may ask for the health, and each check writes to the disk or signs. */
    static final Duration REUSED_FOR = Duration.ofSeconds(2);

    /** An image that does not exist. Always the same one, so that its URL is signed once and then memoised. */
    private static final IndexEntry IMAGE = new IndexEntry(
            new ImageKey("0".repeat(64)), ImageFormat.PNG, 1, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH);

    /** Whether the worker runs. One that has stopped by itself does not start again, so the process must be replaced. */
    @Singleton
    @Liveness
    HealthCheck worker(Instance<Worker> worker, PregenerationConfig config) {
        return () -> HealthCheckResponse.named("worker")
                .status(!config.worker() || worker.get().isHealthy())
                .build();
    }

    /** Whether a file can be written to the local directory, where one is used. */
    @Singleton
    @Readiness
    HealthCheck directory(BackendConfig backends, Instance<LocalBackend> local, Machine machine) {
        return cached(
                "directory",
                () -> backends.usesLocal() && local.isResolvable() ? local.get().defect() : Optional.empty(),
                machine.nanoTime());
    }

    /** Whether a URL can be signed, which every answer needs. */
    @Singleton
    @Readiness
    HealthCheck signature(Instance<UrlSigner> signer, Machine machine) {
        return cached("signature", () -> signingDefect(signer::get), machine.nanoTime());
    }

    /** Why no URL can be signed; empty when one can. Checks the key, too, because the URL may be a memoised one. */
    static Optional<String> signingDefect(Supplier<UrlSigner> signer) {
        try {
            signer.get().checkKey();
            signer.get().sign(IMAGE);
            return Optional.empty();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "no URL can be signed", e);
            return Optional.of(
                    "The signing key cannot be used; see the log, and afterimage.delivery.private-key, .private-key-secret or"
                            + " .signer.");
        }
    }

    /**
     * A check that is made at most once in {@link #REUSED_FOR}, and by one caller at a time, while the others wait for its
     * answer.
     */
    static HealthCheck cached(String name, Supplier<Optional<String>> defect, LongSupplier nanoTime) {
        LoadingCache<String, HealthCheckResponse> answers = Caffeine.newBuilder()
                .expireAfterWrite(REUSED_FOR)
                .ticker(nanoTime::getAsLong)
                .executor(Runnable::run)
                .build(key -> answer(key, defect.get()));
        return () -> answers.get(name);
    }

    private static HealthCheckResponse answer(String name, Optional<String> defect) {
        return defect.map(reason -> HealthCheckResponse.named(name).down().withData("reason", reason))
                .orElseGet(() -> HealthCheckResponse.named(name).up())
                .build();
    }
}
