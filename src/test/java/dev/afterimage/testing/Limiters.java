package dev.afterimage.testing;

import dev.afterimage.limit.Limits;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.ReceiptRules;
import dev.afterimage.limit.ReceiptStorage;

/** Limiters for tests that are about something else, with the default rules. */
public final class Limiters {

    public static final ReceiptRules RULES = new ReceiptRules(1, 5);

    private Limiters() {}

    /** A limiter with this clock that persists nothing. */
    public static MemoryLimiter memory(Limits limits, MutableClock clock) {
        return new MemoryLimiter(limits, RULES, clock::nanoTime, clock, ReceiptStorage.NONE);
    }
}
