package dev.afterimage.limit;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static dev.afterimage.testing.Limiters.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Permitted;
import dev.afterimage.testing.Purchases;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryLimiterTest extends ProviderLimiterContract {

    private final MutableClock clock = new MutableClock();

    private MemoryLimiter latest = Limiters.memory(rate(1), clock);

    @Override
    protected ProviderLimiter limiter(AccountLimits limits) {
        latest = Limiters.memory(limits, clock);
        return latest;
    }

    @Override
    protected Receipts receipts() {
        return latest;
    }

    @Override
    protected void advance(Duration step) {
        clock.advance(step);
    }

    /** {@link System#nanoTime} has an arbitrary origin and may overflow. */
    @Test
    void clockReadingMayOverflow() {
        AtomicLong time = new AtomicLong(Long.MAX_VALUE);
        ProviderLimiter limiter =
                new MemoryLimiter(AccountLimits.of(rate(1)), Limiters.RULES, time::get, clock, ReceiptStorage.NONE);
        departed(limiter, Lane.INTERACTIVE);

        time.addAndGet(rate(1).slotTime().toNanos() - 1);
        denied(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER));

        time.incrementAndGet();
        departed(limiter, Lane.INTERACTIVE);
    }

    @Test
    void departureWaitsForItsReceiptOnDiskAndOthersDoNot() {
        CompletableFuture<String> disk = new CompletableFuture<>();
        ReceiptStorage slow = new ReceiptStorage() {
            @Override
            public List<Entry> load() {
                return List.of();
            }

            @Override
            public CompletableFuture<?> put(Entry entry) {
                return disk;
            }

            @Override
            public CompletableFuture<?> remove(ImageKey key) {
                return disk;
            }
        };
        ProviderLimiter limiter =
                new MemoryLimiter(AccountLimits.of(rate(2)), Limiters.RULES, clock::nanoTime, clock, slow);
        Granted permit = acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        CompletableFuture<Permit> departs =
                CompletableFuture.supplyAsync(() -> depart(limiter, permit), Thread::startVirtualThread);

        assertThat(CompletableFuture.supplyAsync(limiter::status, Thread::startVirtualThread))
                .succeedsWithin(Duration.ofSeconds(30));
        acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        assertThat(departs).isNotDone();

        disk.complete("synced");
        assertThat(departs).succeedsWithin(Duration.ofSeconds(30)).isInstanceOf(Departed.class);
    }

    @Test
    void receiptsOfStoredImagesAreForgottenOnceTheyHaveExpired() {
        Map<ImageKey, ReceiptStorage.Entry> kept = new HashMap<>();
        MemoryLimiter limiter = new MemoryLimiter(
                AccountLimits.of(Permitted.WIDE), Limiters.RULES, clock::nanoTime, clock, storageIn(kept));
        for (int image = 0; image < 10_000; image++) {
            Departed call = (Departed) depart(limiter, acquired(limiter, Lane.BULK, NOW_OR_NEVER));
            limiter.settle(call, new CallOutcome.Image(clock.instant()));
        }
        assertThat(kept.values())
                .hasSize(10_000)
                .allSatisfy(entry -> assertThat(entry.receipt().request())
                        .as("the request's text, which nobody reads any more")
                        .isEmpty());

        clock.advance(Duration.ofHours(1));
        depart(limiter, acquired(limiter, Lane.BULK, NOW_OR_NEVER));

        assertThat(kept).hasSize(1);
    }

    private static ReceiptStorage storageIn(Map<ImageKey, ReceiptStorage.Entry> kept) {
        return new ReceiptStorage() {
            @Override
            public List<Entry> load() {
                return List.copyOf(kept.values());
            }

            @Override
            public CompletableFuture<?> put(Entry entry) {
                kept.put(entry.receipt().key(), entry);
                return CompletableFuture.completedFuture(entry);
            }

            @Override
            public CompletableFuture<?> remove(ImageKey key) {
                kept.remove(key);
                return CompletableFuture.completedFuture(key);
            }
        };
    }

    @Test
    void noOperationWaitsForAnotherThreadsLock() {
        ProviderLimiter limiter = limiter(rate(2));
        Granted permit = acquired(limiter, Lane.INTERACTIVE, NOW_OR_NEVER);
        Departed call = (Departed) depart(limiter, permit);
        List<Runnable> questions = List.of(
                () -> limiter.restamp(call),
                () -> limiter.redepart(call),
                () -> receipts().hold(call),
                () -> receipts().settle(call, new CallOutcome.NotBilled()),
                () -> limiter.release(permit),
                () -> limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER),
                () -> limiter.depart(permit, Purchases.next()),
                () -> limiter.coolDown(DEFAULT_ACCOUNT, SECOND),
                limiter::status);

        for (Runnable question : questions) {
            assertThat(CompletableFuture.runAsync(question, Thread::startVirtualThread))
                    .succeedsWithin(Duration.ofSeconds(30));
        }
        assertThat(CompletableFuture.supplyAsync(limiter::status, Thread::startVirtualThread))
                .succeedsWithin(Duration.ofSeconds(30));
    }
}
