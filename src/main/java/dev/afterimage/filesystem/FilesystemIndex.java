package dev.afterimage.filesystem;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.cache.IndexEntryCodec;
import dev.afterimage.image.ImageKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * The index as files, one line an entry, under {@code index/}.
 *
 * <p>Entries are renamed into place but not synced. A killed process cannot lose or tear them; a power cut can, and then
 * the entry reads as absent (its line must be whole, line end included) and the store, which keeps the same entry beside
 * the picture and does sync, answers and has it written again. An fsync would buy nothing but slowness.
 */
public final class FilesystemIndex implements ImageIndex {

    /** Files read at once for one {@link #findAll}: enough to keep a disk busy, too few to starve the hit path. */
    static final int PARALLELISM = 16;

    private static final int LONGEST_LINE = 128;

    private final DataDirectory directory;
    private final Background background;

    /** An index whose work is done by the executor's threads; virtual ones are meant. */
    public FilesystemIndex(DataDirectory directory, Executor executor) {
        this.directory = directory;
        this.background = new Background(directory, executor);
    }

    @Override
    public CompletableFuture<Optional<IndexEntry>> find(ImageKey key) {
        return background.call(() -> read(key));
    }

    @Override
    public CompletableFuture<Map<ImageKey, IndexEntry>> findAll(List<ImageKey> keys) {
        List<ImageKey> wanted = List.copyOf(keys);
        Map<ImageKey, IndexEntry> found = new ConcurrentHashMap<>();
        AtomicInteger next = new AtomicInteger();
        IoCall<Boolean> reader = () -> {
            for (int i = next.getAndIncrement(); i < wanted.size(); i = next.getAndIncrement()) {
                ImageKey key = wanted.get(i);
                read(key).ifPresent(entry -> found.put(key, entry));
            }
            return true;
        };
        return IntStream.range(0, Math.min(PARALLELISM, wanted.size()))
                .mapToObj(i -> background.call(reader))
                .reduce((one, other) -> one.thenCombine(other, Boolean::logicalAnd))
                .orElseGet(() -> CompletableFuture.completedFuture(true))
                .thenApply(done -> found);
    }

    @Override
    public CompletableFuture<Void> put(IndexEntry entry) {
        byte[] line = (IndexEntryCodec.encode(entry) + "\n").getBytes(StandardCharsets.ISO_8859_1);
        return background.run(() -> {
            try (AtomicFile file = directory.write(Durability.PROCESS, line)) {
                file.commit(fileOf(entry.key()));
            }
            return entry;
        });
    }

    @Override
    public CompletableFuture<Void> remove(ImageKey key) {
        return background.run(() -> Files.deleteIfExists(fileOf(key)));
    }

    private Optional<IndexEntry> read(ImageKey key) throws IOException {
        try (var in = Files.newInputStream(fileOf(key))) {
            String line = new String(in.readNBytes(LONGEST_LINE), StandardCharsets.ISO_8859_1);
            return line.endsWith("\n") ? IndexEntryCodec.decode(key, line) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private Path fileOf(ImageKey key) {
        return directory.shard("index", key);
    }
}
