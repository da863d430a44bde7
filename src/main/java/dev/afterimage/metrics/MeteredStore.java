package dev.afterimage.metrics;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.store.ImageStore.StoredImage;
import io.micrometer.core.instrument.Counter;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Decorator: counts failures of the store, traces lookups and writes, and reports each image that was stored. */
public final class MeteredStore implements ImageStore {

    private final Counter failures;
    private final Spans spans;
    private final ImageStore next;
    private final Consumer<byte[]> stored;

    /**
     * Counts the failures of a store.
     *
     * @param stored receives the bytes of each image as soon as it is stored
     */
    public MeteredStore(Meters meters, ImageStore next, Consumer<byte[]> stored) {
        this.failures = meters.cacheFailures("store");
        this.spans = meters.spans();
        this.next = next;
        this.stored = stored;
    }

    @Override
    public Optional<IndexEntry> find(ImageKey key) {
        return counted(() -> spans.during(Spans.STORE_LOOKUP, Spans.KEY, key.value(), () -> next.find(key)));
    }

    @Override
    public Optional<StoredImage> read(ImageKey key) {
        return counted(() -> next.read(key));
    }

    @Override
    public IndexEntry put(IndexEntry entry, byte[] content) {
        IndexEntry current = counted(
                () -> spans.during(Spans.STORE_WRITE, Spans.KEY, entry.key().value(), () -> next.put(entry, content)));
        stored.accept(content);
        return current;
    }

    @Override
    public void delete(ImageKey key) {
        counted(() -> {
            next.delete(key);
            return key;
        });
    }

    @Override
    public void delete(IndexEntry entry) {
        counted(() -> {
            next.delete(entry);
            return entry;
        });
    }

    @Override
    public Optional<String> note(String name) {
        return counted(() -> next.note(name));
    }

    @Override
    public void note(String name, String text) {
        counted(() -> {
            next.note(name, text);
            return name;
        });
    }

    private <T> T counted(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (StoreUnavailableException unavailable) {
            failures.increment();
            throw unavailable;
        }
    }
}
