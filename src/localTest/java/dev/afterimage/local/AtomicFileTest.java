package dev.afterimage.local;

import static dev.afterimage.local.DirectoryListing.filesIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that become visible as a whole. */
class AtomicFileTest {

    private static final byte[] OLD = {1, 2, 3};
    private static final byte[] NEW = {4, 5, 6, 7};

    @TempDir
    Path root;

    private final FailingDisk disk = new FailingDisk();

    @Test
    void aCommittedFileHoldsAllItsParts() throws IOException {
        Path target = root.resolve("a/b/file");

        try (AtomicFile file = directory().write(OLD, NEW)) {
            file.commit(target);
        }

        assertThat(target).hasBinaryContent(new byte[] {1, 2, 3, 4, 5, 6, 7});
        assertThat(filesIn(root)).containsExactly(target);
    }

    @Test
    void oldFileIsVisibleUntilTheCommit() throws IOException {
        Path target = Files.write(root.resolve("file"), OLD);

        try (AtomicFile file = directory().write(NEW)) {
            assertThat(target).hasBinaryContent(OLD);
            file.commit(target);
            assertThat(target).hasBinaryContent(NEW);
        }
        assertThat(target).hasBinaryContent(NEW);
    }

    @Test
    void uncommittedFileIsRemoved() throws IOException {
        directory().write(NEW).close();

        assertThat(filesIn(root)).isEmpty();
    }

    @Test
    void partlyWrittenFileIsRemoved() {
        disk.fail(FailingDisk.Fault.FULL);

        assertThatIOException().isThrownBy(() -> directory().write(NEW));

        assertThat(filesIn(root)).isEmpty();
    }

    @Test
    void fileThatCannotBeRenamedIsRemovedAndTheOldOneStays() throws IOException {
        Path target = Files.write(root.resolve("file"), OLD);
        disk.fail(FailingDisk.Fault.RENAME);

        assertThatIOException().isThrownBy(() -> {
            try (AtomicFile file = directory().write(NEW)) {
                file.commit(target);
            }
        });

        assertThat(target).hasBinaryContent(OLD);
        assertThat(filesIn(root)).containsExactly(target);
    }

    private DataDirectory directory() {
        return new DataDirectory(root, Clock.systemUTC(), disk);
    }
}
