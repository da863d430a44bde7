package dev.afterimage.limit;

import dev.afterimage.limit.Receipts.ReceiptRules;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.time.Instant;

class MemoryReceiptsTest extends ReceiptsContract {

    private final MutableClock clock = new MutableClock();

    @Override
    protected Fleet fleet(Limits limits, ReceiptRules rules) {
        MemoryLimiter limiter =
                new MemoryLimiter(AccountLimits.of(limits), rules, clock::nanoTime, clock, ReceiptStorage.NONE);
        return new Fleet(limiter, limiter);
    }

    @Override
    protected void advance(Duration step) {
        clock.advance(step);
    }

    @Override
    protected Instant now() {
        return clock.instant();
    }
}
