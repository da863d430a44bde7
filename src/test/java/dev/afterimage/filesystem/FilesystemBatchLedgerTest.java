package dev.afterimage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.pregeneration.batch.BatchLedger;
import dev.afterimage.pregeneration.batch.BatchLedgerContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesystemBatchLedgerTest extends BatchLedgerContract {

    @TempDir
    private Path folder;

    /** A new one each time, so that every case holds after a restart too. */
    @Override
    protected BatchLedger ledger() {
        return new FilesystemBatchLedger(new DataDirectory(folder, clock), clock);
    }

    @Test
    void nothingIsLeftOfWhatWasForgotten() {
        String old = ids.next();
        ledger().open(old, clock.instant());
        ledger().tie("a1b2", old);
        clock.advance(BatchLedger.RETENTION.plus(Duration.ofSeconds(1)));

        ledger().sweep();

        assertThat(Files.exists(folder.resolve("batches").resolve(old))).isFalse();
        assertThat(Files.exists(folder.resolve("requests/a1b2"))).isFalse();
    }
}
