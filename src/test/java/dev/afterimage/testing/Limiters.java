package dev.afterimage.testing;

import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.ReceiptStorage;
import dev.afterimage.limit.Receipts.ReceiptRules;
import java.util.List;

/** Limiters for tests that are about something else, with the default rules. */
public final class Limiters {

    /** The account of a provider that has one. */
    public static final List<String> ONE = List.of(Purchase.DEFAULT_ACCOUNT);

    public static final ReceiptRules RULES = new ReceiptRules(1, 5);

    private Limiters() {}

    /** A limiter with this clock that persists nothing, of a provider that is its one account. */
    public static MemoryLimiter memory(Limits limits, MutableClock clock) {
        return memory(AccountLimits.of(limits), clock);
    }

    public static MemoryLimiter memory(AccountLimits limits, MutableClock clock) {
        return new MemoryLimiter(limits, RULES, clock::nanoTime, clock, ReceiptStorage.NONE);
    }
}
