package dev.afterimage.filesystem;

import static dev.afterimage.filesystem.DirectoryListing.filesIn;
import static dev.afterimage.testing.TestPictures.entry;
import static dev.afterimage.testing.TestPictures.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.CacheUnavailableException;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.ImageIndexContract;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index as files. */
class FilesystemIndexTest extends ImageIndexContract {

    @TempDir
    Path root;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final FailingDisk disk = new FailingDisk();
    private DataDirectory directory;
    private FilesystemIndex index;

    @BeforeEach
    void open() {
        directory = new DataDirectory(root.resolve("data"), Clock.systemUTC(), disk);
        index = new FilesystemIndex(directory, threads);
    }

    @AfterEach
    void close() {
        threads.close();
    }

    @Override
    protected ImageIndex index() {
        return index;
    }

    @Test
    void startingTouchesNothing() {
        assertThat(root.resolve("data")).doesNotExist();
    }

    @Test
    void entriesSurviveARestart() {
        IndexEntry entry = entry(key(1), now(), 10);
        index.put(entry).join();

        assertThat(new FilesystemIndex(directory, threads).find(key(1)).join()).contains(entry);
    }

    @Test
    void nothingTemporaryIsLeft() {
        index.put(entry(key(1), now(), 10)).join();

        assertThat(filesIn(root)).containsExactly(directory.shard("index", key(1)));
    }

    @Test
    void theDirectoryMayBeRemovedMeanwhile() throws IOException {
        index.put(entry(key(1), now(), 10)).join();
        Files.delete(directory.shard("index", key(1)));
        Files.delete(directory.shard("index", key(1)).resolveSibling(""));
        Files.delete(directory.path("tmp"));

        assertThat(index.find(key(1)).join()).isEmpty();
        index.put(entry(key(1), now(), 10)).join();
        assertThat(index.find(key(1)).join()).isPresent();
    }

    @Test
    void theCallingThreadDoesNoWork() {
        List<Runnable> waiting = new ArrayList<>();
        FilesystemIndex parked = new FilesystemIndex(directory, waiting::add);

        CompletableFuture<Void> put = parked.put(entry(key(1), now(), 10));
        CompletableFuture<Optional<IndexEntry>> find = parked.find(key(1));

        assertThat(put).isNotDone();
        assertThat(find).isNotDone();
        assertThat(root.resolve("data")).doesNotExist();
        waiting.forEach(Runnable::run);
        assertThat(find.join()).isPresent();
    }

    @Test
    void aCatalogueTakesABoundedNumberOfThreads() {
        index.put(entry(key(700), now(), 10)).join();
        List<Runnable> waiting = new ArrayList<>();
        List<ImageKey> keys = LongStream.range(0, 1_000).mapToObj(n -> key(n)).toList();

        CompletableFuture<Map<ImageKey, IndexEntry>> found = new FilesystemIndex(directory, waiting::add).findAll(keys);

        assertThat(waiting).hasSize(FilesystemIndex.PARALLELISM);
        waiting.forEach(Runnable::run);
        assertThat(found.join()).containsOnlyKeys(key(700));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\0\0\0\0", "1 png 10 1700000000000 1700086400000 1700691200000", "1 png 10\n", "x\n"})
    void anEntryThatAPowerCutDamagedIsAbsent(String damaged) throws IOException {
        index.put(entry(key(1), now(), 10)).join();
        Files.writeString(directory.shard("index", key(1)), damaged);

        assertThat(index.find(key(1)).join()).isEmpty();
        assertThat(index.findAll(List.of(key(1))).join()).isEmpty();
    }

    @Test
    void anEntryThatCannotBeReadIsAFailureAndNoAnswer() throws IOException {
        Files.createDirectories(directory.shard("index", key(1)));

        assertUnavailable(index.find(key(1)));
        assertUnavailable(index.findAll(List.of(key(1), key(2))));
    }

    @Test
    void aFullDiskIsAFailureThatLeavesNothing() {
        IndexEntry older = entry(key(1), now(), 10);
        index.put(older).join();
        disk.fail(FailingDisk.Fault.FULL);

        assertUnavailable(index.put(entry(key(1), now(), 20)));

        assertThat(index.find(key(1)).join()).contains(older);
        assertThat(filesIn(root)).containsExactly(directory.shard("index", key(1)));
    }

    @Test
    void anExecutorThatIsShutDownIsAFailureAndNoThrow() {
        FilesystemIndex closed = new FilesystemIndex(directory, task -> {
            throw new RejectedExecutionException();
        });

        assertUnavailable(closed.find(key(1)));
        assertUnavailable(closed.put(entry(key(1), now(), 10)));
        assertUnavailable(closed.findAll(List.of(key(1))));
    }

    private static void assertUnavailable(CompletableFuture<?> answer) {
        assertThatThrownBy(answer::join).hasCauseInstanceOf(CacheUnavailableException.class);
    }
}
