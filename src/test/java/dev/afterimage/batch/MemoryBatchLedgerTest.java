package dev.afterimage.batch;

import dev.afterimage.testing.MemoryBatchLedger;

class MemoryBatchLedgerTest extends BatchLedgerContract {

    private final BatchLedger ledger = new MemoryBatchLedger(clock);

    @Override
    protected BatchLedger ledger() {
        return ledger;
    }
}
