package dev.afterimage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.CacheUnavailableException;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.cache.TemplateVersionsContract;
import dev.afterimage.image.TemplateId;
import dev.afterimage.testing.MutableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The templates' versions as files. */
class FilesystemTemplateVersionsTest extends TemplateVersionsContract {

    private static final TemplateId HERO = new TemplateId("hero");

    @TempDir
    Path root;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-05T12:00:00Z"));
    private final List<Runnable> reads = new ArrayList<>();
    private final FailingDisk disk = new FailingDisk();
    private DataDirectory directory;

    @BeforeEach
    void open() {
        directory = new DataDirectory(root, clock, disk);
    }

    @AfterEach
    void close() {
        threads.close();
    }

    @Override
    protected TemplateVersions instance() {
        return new FilesystemTemplateVersions(directory, threads, clock);
    }

    @Override
    protected void pass(Duration time) {
        clock.advance(time);
    }

    @Test
    void aHitTouchesTheDiskOnceASecond() {
        TemplateVersions versions = withReadsInHand();

        versions.current(HERO);
        clock.advance(Duration.ofMillis(999));
        versions.current(HERO);
        assertThat(reads).hasSize(1);

        clock.advance(Duration.ofMillis(1));
        versions.current(HERO);
        assertThat(reads).hasSize(2);
    }

    @Test
    void aClockThatIsSetBackMakesItReadAgain() {
        TemplateVersions versions = withReadsInHand();
        versions.current(HERO);

        clock.advance(Duration.ofHours(-1));
        versions.current(HERO);

        assertThat(reads).hasSize(2);
    }

    @Test
    void callersAtOnceShareOneReadButNotTheirFutures() {
        FilesystemTemplateVersions versions = withReadsInHand();
        CompletableFuture<Long> impatient = versions.current(HERO);
        CompletableFuture<Long> patient = versions.current(HERO);
        assertThat(reads).hasSize(1);

        impatient.cancel(true);
        reads.getFirst().run();

        assertThat(patient.join()).isZero();
    }

    @Test
    void aReadThatBeganBeforeARaiseDoesNotBringTheOldVersionBack() {
        FilesystemTemplateVersions versions = withReadsInHand();
        versions.current(HERO);

        versions.raise(HERO);
        reads.getFirst().run();

        assertThat(versions.current(HERO).join()).isEqualTo(1);
    }

    @Test
    void whatManyTemplatesLeaveInMemoryIsBounded() {
        FilesystemTemplateVersions versions = withReadsInHand();

        for (int i = 0; i < 25_000; i++) {
            versions.current(new TemplateId("t" + i));
        }

        assertThat(versions.remembered()).isLessThanOrEqualTo(10_000);
    }

    @Test
    void aVersionThatCannotBeReadIsAFailureAndNotZeroAndIsAskedAgain() throws IOException {
        instance().raise(HERO);
        Path file = directory.path("templates").resolve(TemplateFileName.of(HERO));
        Files.writeString(file, "");
        FilesystemTemplateVersions versions = new FilesystemTemplateVersions(directory, threads, clock);

        assertThatThrownBy(() -> versions.current(HERO).join())
                .hasCauseInstanceOf(CacheUnavailableException.class)
                .hasMessageContaining("afterimage.directory")
                .hasMessageContaining("damaged");
        assertThatExceptionOfType(CacheUnavailableException.class).isThrownBy(() -> versions.raise(HERO));

        Files.writeString(file, "7\n");
        assertThat(versions.current(HERO).join()).isEqualTo(7);
    }

    @Test
    void aFullDiskIsAFailureThatLeavesTheVersionAsItWas() {
        instance().raise(HERO);
        disk.fail(FailingDisk.Fault.FULL);

        assertThatExceptionOfType(CacheUnavailableException.class)
                .isThrownBy(() -> instance().raise(HERO))
                .withMessageContaining("is full");

        assertThat(instance().current(HERO).toCompletableFuture().join()).isEqualTo(1);
    }

    @Test
    void aFileNameIsSafeEverywhere() {
        List<String> names = List.of("Hero~1:v.2", "con", "H".repeat(128));

        assertThat(names)
                .extracting(name -> TemplateFileName.of(new TemplateId(name)))
                .allMatch(name -> name.matches("[a-z0-9-]{1,40}\\.[0-9a-f]{64}"));
        assertThat(TemplateFileName.of(HERO)).startsWith("hero.");
    }

    private FilesystemTemplateVersions withReadsInHand() {
        return new FilesystemTemplateVersions(directory, reads::add, clock);
    }
}
