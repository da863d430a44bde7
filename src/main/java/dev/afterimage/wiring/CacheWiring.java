package dev.afterimage.wiring;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.afterimage.cache.CacheConfig;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.NearIndex;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.filesystem.DataDirectory;
import dev.afterimage.filesystem.FilesystemIndex;
import dev.afterimage.filesystem.FilesystemStore;
import dev.afterimage.filesystem.FilesystemTemplateVersions;
import dev.afterimage.store.ImageStore;
import io.quarkus.virtual.threads.VirtualThreads;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.ExecutorService;

/** Chooses where entries, pictures and template versions are kept. */
class CacheWiring {

    @Produces
    @Singleton
    DataDirectory directory(BackendConfig backends, Clock clock) {
        return new DataDirectory(backends.directory(), clock);
    }

    @Produces
    @Singleton
    ImageIndex index(
            BackendConfig backends,
            CacheConfig config,
            DataDirectory directory,
            @VirtualThreads ExecutorService virtualThreads) {
        ImageIndex index = switch (backends.indexKind()) {
            case FILESYSTEM -> new FilesystemIndex(directory, virtualThreads);
        };
        return config.nearTtl().isZero()
                ? index
                : new NearIndex(index, config.nearTtl(), config.nearSize(), Ticker.systemTicker());
    }

    @Produces
    @Singleton
    ImageStore store(BackendConfig backends, DataDirectory directory) {
        return switch (backends.storeKind()) {
            case FILESYSTEM -> new FilesystemStore(directory);
        };
    }

    @Produces
    @Singleton
    TemplateVersions templateVersions(
            BackendConfig backends,
            DataDirectory directory,
            Clock clock,
            @VirtualThreads ExecutorService virtualThreads) {
        return switch (backends.storeKind()) {
            case FILESYSTEM -> new FilesystemTemplateVersions(directory, virtualThreads, clock);
        };
    }
}
