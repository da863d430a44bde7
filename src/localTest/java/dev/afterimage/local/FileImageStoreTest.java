package dev.afterimage.local;

import static dev.afterimage.local.DirectoryListing.filesIn;
import static dev.afterimage.testing.TestImages.content;
import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.store.ImageStoreContract;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The images as files. */
class FileImageStoreTest extends ImageStoreContract {

    private static final Instant NOON = Instant.parse("2026-11-05T12:00:00Z");

    @TempDir
    Path root;

    private final FailingDisk disk = new FailingDisk();
    private DataDirectory directory;
    private FileImageStore store;

    @BeforeEach
    void open() {
        directory = new DataDirectory(root.resolve("data"), Clock.systemUTC(), disk);
        store = new FileImageStore(directory);
    }

    @Override
    protected ImageStore store() {
        return store;
    }

    @Test
    void startCreatesNoFiles() {
        assertThat(root.resolve("data")).doesNotExist();
    }

    @Test
    void imagesSurviveARestart() {
        put(NOON, 100);

        assertHolds(new FileImageStore(directory), NOON, 100);
    }

    @Test
    void storedImageIsTheOnlyFileLeft() {
        put(NOON, 100);
        put(NOON, 100);
        put(NOON.plusMillis(1), 100);

        assertThat(filesIn(root)).containsExactly(directory.shard("images", key(1)));
    }

    @Test
    void aFullDiskIsNamedAndLeavesNothingHalfWritten() {
        disk.fail(FailingDisk.Fault.FULL);

        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> put(NOON, 100_000))
                .withMessageContaining("afterimage.directory")
                .withMessageContaining(root.resolve("data").toString())
                .withMessageContaining("is full")
                .withMessageContaining("Free some space");

        assertThat(filesIn(root)).isEmpty();
        assertThat(store.find(key(1))).isEmpty();
    }

    @Test
    void aFullDiskKeepsTheOlderImage() {
        put(NOON, 100);
        disk.fail(FailingDisk.Fault.FULL);

        assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> put(NOON.plusMillis(1), 100_000));

        assertHolds(store, NOON, 100);
        disk.fail(FailingDisk.Fault.NONE);
        put(NOON.plusMillis(1), 100_000);
        assertHolds(store, NOON.plusMillis(1), 100_000);
    }

    @Test
    void aFailedRenameLeavesNothingAndIsNotCalledFull() {
        disk.fail(FailingDisk.Fault.RENAME);

        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> put(NOON, 100))
                .withMessageContaining("cannot be used: Input/output error");

        assertThat(filesIn(root)).isEmpty();
    }

    @Test
    void aDirectoryThatIsAFileIsNamed() throws IOException {
        Files.writeString(root.resolve("data"), "not a directory");

        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> put(NOON, 100))
                .withMessageContaining("afterimage.directory");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 129, 227})
    void anImageThatWasCutShortIsAbsentAndCanBeStoredAnew(int length) throws IOException {
        put(NOON, 100);
        try (FileChannel file = FileChannel.open(directory.shard("images", key(1)), StandardOpenOption.WRITE)) {
            file.truncate(length);
        }

        assertThat(store.find(key(1))).isEmpty();
        assertThat(store.read(key(1))).isEmpty();
        put(NOON, 100);
        assertHolds(store, NOON, 100);
    }

    @Test
    void anImageWithSomethingBehindItIsAbsent() throws IOException {
        put(NOON, 100);
        Files.write(directory.shard("images", key(1)), new byte[1], StandardOpenOption.APPEND);

        assertThat(store.read(key(1))).isEmpty();
    }

    @Test
    void anImageWhoseSizeIsNotTheEntrysIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.put(entry(key(1), NOON, 100), new byte[99]))
                .withMessageContaining("99")
                .withMessageContaining("100");
    }

    @Test
    void imageOfAnInterruptedCallerIsStored() {
        Thread.currentThread().interrupt();
        try {
            put(NOON, 300_000);
            assertHolds(store, NOON, 300_000);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void longestEntryFitsTheFileHeader() {
        IndexEntry longest = new IndexEntry(
                key(1),
                ImageFormat.JPEG,
                Long.MAX_VALUE,
                Instant.ofEpochMilli(Long.MIN_VALUE),
                Instant.ofEpochMilli(Long.MIN_VALUE),
                Instant.ofEpochMilli(Long.MIN_VALUE));

        byte[] header = FileImageStore.ImageFile.header(longest);

        assertThat(header).hasSize(FileImageStore.ImageFile.HEADER_BYTES).endsWith('\n');
        assertThat(Arrays.copyOfRange(header, 0, 7)).isEqualTo("1 jpeg ".getBytes(StandardCharsets.US_ASCII));
    }

    private void put(Instant createdAt, int bytes) {
        store.put(entry(key(1), createdAt, bytes), content(key(1), createdAt, bytes));
    }

    private static void assertHolds(ImageStore store, Instant createdAt, int bytes) {
        var stored = store.read(key(1)).orElseThrow();
        assertThat(stored.entry()).isEqualTo(entry(key(1), createdAt, bytes));
        assertThat(stored.content()).isEqualTo(content(key(1), createdAt, bytes));
    }
}
