package dev.afterimage.wiring;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** The back ends of the parts. {@link #backend()} sets them all, and each can be set by itself. */
@ConfigMapping(prefix = "afterimage")
public interface BackendConfig {

    /** A whole set of back ends. */
    enum Backend {
        /** A database and files in one directory, and memory: one process, no servers. */
        LOCAL,
        /** Redis, S3 and SQS, any number of instances. */
        AWS
    }

    /** Where entries are looked up. */
    enum IndexKind {
        FILESYSTEM,
        REDIS
    }

    /** Where images are kept. */
    enum StoreKind {
        FILESYSTEM,
        S3
    }

    /** Where jobs wait. */
    enum QueueKind {
        FILESYSTEM,
        SQS,
        /** A Redis that appends each write to a file and never evicts; see docs/operations.md. */
        REDIS
    }

    /** What instances share: limiter, single-flight, cool-down, budgets. */
    enum FleetKind {
        /** Nothing: this is the only instance. */
        MEMORY,
        REDIS
    }

    @WithDefault("local")
    Backend backend();

    Optional<IndexKind> index();

    Optional<StoreKind> store();

    Optional<QueueKind> queue();

    Optional<FleetKind> fleet();

    /** The directory in which {@code local} keeps everything. */
    @WithDefault(".afterimage")
    Path directory();

    default IndexKind indexKind() {
        return index().orElse(isLocal() ? IndexKind.FILESYSTEM : IndexKind.REDIS);
    }

    default StoreKind storeKind() {
        return store().orElse(isLocal() ? StoreKind.FILESYSTEM : StoreKind.S3);
    }

    default QueueKind queueKind() {
        return queue().orElse(isLocal() ? QueueKind.FILESYSTEM : QueueKind.SQS);
    }

    default FleetKind fleetKind() {
        return fleet().orElse(isLocal() ? FleetKind.MEMORY : FleetKind.REDIS);
    }

    /** Whether any part keeps something in the {@link #directory()}. */
    default boolean usesLocal() {
        return indexKind() == IndexKind.FILESYSTEM
                || storeKind() == StoreKind.FILESYSTEM
                || queueKind() == QueueKind.FILESYSTEM
                || fleetKind() == FleetKind.MEMORY;
    }

    private boolean isLocal() {
        return backend() == Backend.LOCAL;
    }
}
