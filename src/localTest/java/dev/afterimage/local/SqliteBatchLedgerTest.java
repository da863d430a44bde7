package dev.afterimage.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.batch.BatchLedger;
import dev.afterimage.batch.BatchLedgerContract;
import dev.afterimage.jobs.BatchRows.RowResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SqliteBatchLedgerTest extends BatchLedgerContract {

    @RegisterExtension
    final OpenDatabase database = new OpenDatabase();

    /** A new one each time, so that every case holds after a restart too. */
    @Override
    protected BatchLedger ledger() {
        return new SqliteBatchLedger(database.get(), clock);
    }

    @Test
    void forgottenBatchLeavesNoRowsBehind() {
        String old = ids.next();
        ledger().claimIdempotencyKey("a1b2", Optional.empty(), old, OWNER, clock.instant());
        ledger().record(old, List.of(RowResult.hit(1), RowResult.failed(2, "no")));
        clock.advance(BatchLedger.RETENTION.plus(Duration.ofSeconds(1)));

        ledger().sweep();

        for (String table : List.of("batch", "batch_row", "batch_failure", "request")) {
            assertThat(database.get()
                            .read(session -> session.number("SELECT count(*) FROM " + table))
                            .join())
                    .as(table)
                    .isZero();
        }
    }
}
