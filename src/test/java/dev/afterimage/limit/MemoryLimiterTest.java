package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryLimiterTest extends ProviderLimiterContract {

    private final MutableClock clock = new MutableClock();

    @Override
    protected ProviderLimiter limiter(Limits limits) {
        return new MemoryLimiter(limits, clock::nanoTime);
    }

    @Override
    protected void advance(Duration step) {
        clock.advance(step);
    }

    /** {@link System#nanoTime} counts from anywhere, and may overflow. */
    @Test
    void itsTimeMayBeginAnywhere() {
        AtomicLong time = new AtomicLong(Long.MAX_VALUE);
        ProviderLimiter limiter = new MemoryLimiter(rate(1), time::get);
        departed(limiter, Lane.INTERACTIVE);

        time.addAndGet(rate(1).slotTime().toNanos() - 1);
        denied(limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER));

        time.incrementAndGet();
        departed(limiter, Lane.INTERACTIVE);
    }

    @Test
    void whateverAThreadAsksItKeepsNoOtherWaiting() {
        ProviderLimiter limiter = limiter(rate(2));
        Granted permit = departed(limiter, Lane.INTERACTIVE);
        List<Runnable> questions = List.of(
                () -> limiter.restamp(permit),
                () -> limiter.release(permit),
                () -> limiter.acquire(Lane.INTERACTIVE, NOW_OR_NEVER),
                () -> limiter.depart(permit),
                () -> limiter.coolDown(SECOND),
                limiter::status);

        for (Runnable question : questions) {
            assertThat(CompletableFuture.runAsync(question, Thread::startVirtualThread))
                    .succeedsWithin(Duration.ofSeconds(30));
        }
        assertThat(CompletableFuture.supplyAsync(limiter::status, Thread::startVirtualThread))
                .succeedsWithin(Duration.ofSeconds(30));
    }
}
