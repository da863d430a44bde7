package dev.afterimage.local;

import static dev.afterimage.testing.TestImages.content;
import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.testing.MemoryImageIndex;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PresentImagesTest {

    private static final Instant NOON = Instant.parse("2026-11-05T12:00:00Z");
    private static final ImageKey KEY = key(1);

    @TempDir
    Path root;

    private DataDirectory directory;
    private ImageIndex index;

    @BeforeEach
    void storeAnImage() {
        directory = new DataDirectory(root, Clock.systemUTC());
        FileImageStore store = new FileImageStore(directory);
        index = new FileImageStore.PresentImages(new MemoryImageIndex(), store);
        IndexEntry entry = store.put(entry(KEY, NOON, 1000), content(KEY, NOON, 1000));
        index.put(entry).toCompletableFuture().join();
    }

    @Test
    void entryWithItsImageIsPresent() {
        assertThat(find()).contains(entry(KEY, NOON, 1000));
        assertThat(findAll()).containsExactly(KEY);
    }

    @Test
    void entryWithoutItsImageIsAbsent() throws IOException {
        Files.delete(directory.shard("images", KEY));

        assertThat(find()).isEmpty();
        assertThat(findAll()).isEmpty();
    }

    @Test
    void entryWithATruncatedImageIsAbsent() throws IOException {
        try (FileChannel image = FileChannel.open(directory.shard("images", KEY), StandardOpenOption.WRITE)) {
            image.truncate(600);
        }

        assertThat(find()).isEmpty();
        assertThat(findAll()).isEmpty();
    }

    private Optional<IndexEntry> find() {
        return index.find(KEY).toCompletableFuture().join();
    }

    private Iterable<ImageKey> findAll() {
        return index.findAll(List.of(KEY)).toCompletableFuture().join().keySet();
    }
}
