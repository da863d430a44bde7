package dev.afterimage.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.limit.Lane;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryImageStore;
import dev.afterimage.testing.MemoryJobQueue;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.TestImages;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MeteredPortsTest {

    private final MutableClock clock = MutableClock.atSomeTime();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Meters meters = new Meters(registry);
    private final JobQueue queue = new MeteredJobQueue(meters, new MemoryJobQueue(clock));
    private final IndexEntry entry = TestImages.entry(TestImages.key(1), clock.instant(), 10);

    @Test
    void jobsAreCountedByOutcome() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1), Jobs.bulk(2), Jobs.bulk(3), Jobs.bulk(4)), Duration.ZERO);
        List<Claim> claims = queue.claim(Set.of(Lane.BULK), 4, Duration.ZERO);
        queue.complete(claims.get(0));
        queue.retryLater(claims.get(1), Duration.ZERO, false);
        queue.retryLater(claims.get(2), Duration.ZERO, true);
        queue.deadLetter(claims.get(3), "bad");
        assertThat(jobs("done")).isEqualTo(1);
        assertThat(jobs("waiting")).isEqualTo(1);
        assertThat(jobs("retried")).isEqualTo(1);
        assertThat(jobs("dead-lettered")).isEqualTo(1);
    }

    @Test
    void aJobThatWasLostToAnotherWorkerIsNotCounted() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), Duration.ZERO);
        Claim claim = queue.claim(Set.of(Lane.BULK), 1, Duration.ZERO).getFirst();
        clock.advance(queue.visibilityTimeout());
        queue.claim(Set.of(Lane.BULK), 1, Duration.ZERO);
        queue.complete(claim);
        assertThat(jobs("done")).isZero();
    }

    @Test
    void anIndexThatFailsIsCountedAndItsFailurePassedOn() {
        MemoryImageIndex index = new MemoryImageIndex();
        MeteredIndex metered = new MeteredIndex(meters, index);
        metered.put(entry);
        assertThat(metered.find(entry.key())).isCompletedWithValueMatching(found -> found.isPresent());
        assertThat(failures("index")).isZero();
        index.down(true);
        assertThat(metered.find(entry.key()).toCompletableFuture()).isCompletedExceptionally();
        assertThat(metered.put(entry).toCompletableFuture()).isCompletedExceptionally();
        assertThat(failures("index")).isEqualTo(2);
    }

    @Test
    void aStoreThatFailsIsCountedAndItsFailurePassedOn() {
        MemoryImageStore store = new MemoryImageStore();
        MeteredStore metered = new MeteredStore(meters, store, content -> {});
        assertThat(metered.find(entry.key())).isEmpty();
        assertThat(failures("store")).isZero();
        store.down(true);
        assertThatThrownBy(() -> metered.find(entry.key())).isInstanceOf(StoreUnavailableException.class);
        assertThat(failures("store")).isEqualTo(1);
    }

    private double jobs(String outcome) {
        return registry.get(Meters.JOBS).tag(Meters.OUTCOME, outcome).counter().count();
    }

    private double failures(String part) {
        return registry.get(Meters.CACHE_FAILURES)
                .tag(Meters.PART, part)
                .counter()
                .count();
    }
}
