package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.MemoryFlightLeases;
import dev.afterimage.testing.CallersThread;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.time.Machine;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class WarmUpTest {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration QUICK = Duration.ofMillis(50);
    private static final Limits LIMITS =
            new Limits(10, Duration.ofSeconds(1), OptionalInt.empty(), 0.8, Duration.ofSeconds(30));

    private final MutableClock clock = MutableClock.atSomeTime();
    private final FakePause pause = new FakePause(clock);
    private final MemoryImageIndex entries = new MemoryImageIndex();

    @Test
    void doesNotWaitForAnIndexThatIsQuick() throws InterruptedException {
        warmUp(new SlowIndex(0, Duration.ZERO)).run(PATIENCE, QUICK);

        assertThat(pause.waits()).isEmpty();
    }

    @Test
    void goesOnUntilTheAnswersAreQuick() throws InterruptedException {
        SlowIndex index = new SlowIndex(3, Duration.ofMillis(300));

        warmUp(index).run(PATIENCE, QUICK);

        assertThat(index.slowAnswersLeft).isZero();
        assertThat(pause.waits()).hasSize(3);
    }

    @Test
    void givesUpOnAnIndexThatStaysSlow() throws InterruptedException {
        SlowIndex index = new SlowIndex(Integer.MAX_VALUE, Duration.ofSeconds(1));

        warmUp(index).run(PATIENCE, QUICK);

        assertThat(pause.waits()).hasSize(5);
    }

    @Test
    void letsAServerStartWithoutRedis() throws InterruptedException {
        entries.down(true);

        warmUp(entries).run(PATIENCE, QUICK);

        assertThat(pause.waits()).isNotEmpty();
    }

    private WarmUp warmUp(ImageIndex index) {
        ProviderLimiter limiter = Limiters.memory(LIMITS, clock);
        FlightLeases leases = new MemoryFlightLeases(PATIENCE, clock::nanoTime, duration -> {});
        Machine machine =
                new Machine(clock, clock::nanoTime, pause, new SplittableRandom(1), () -> "token", new CallersThread());
        return new WarmUp(() -> index, () -> limiter, () -> leases, machine);
    }

    /** Takes its time, for a while. */
    private final class SlowIndex extends MemoryImageIndex {
        private final Duration delay;
        private int slowAnswersLeft;

        SlowIndex(int slowAnswers, Duration delay) {
            this.slowAnswersLeft = slowAnswers;
            this.delay = delay;
        }

        @Override
        public CompletionStage<Optional<IndexEntry>> find(ImageKey key) {
            if (slowAnswersLeft > 0) {
                slowAnswersLeft--;
                clock.advance(delay);
            }
            return super.find(key);
        }
    }
}
