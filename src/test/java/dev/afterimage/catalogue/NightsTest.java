package dev.afterimage.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.catalogue.CatalogueRunner.CatalogueSource;
import dev.afterimage.catalogue.CatalogueRunner.Checkpoints;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.jobs.JobOutcomes;
import dev.afterimage.jobs.JobOutcomes.AttemptPolicy;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobRunner;
import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.jobs.Worker;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.pipeline.ImagePipeline;
import dev.afterimage.testing.CallbackReceiver;
import dev.afterimage.testing.CallersThread;
import dev.afterimage.testing.Configs;
import dev.afterimage.testing.FakeGenerator;
import dev.afterimage.testing.FixedVersions;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MemoryBatchLedger;
import dev.afterimage.testing.MemoryCheckpoints;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryImageStore;
import dev.afterimage.testing.MemoryJobQueue;
import dev.afterimage.testing.MemoryPendingKeys;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Permitted;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A catalogue over several nights, through the real planner, worker and pipeline, with a simulated clock. */
class NightsTest {

    private static final int ROWS = 3000;
    private static final Duration DAY = Duration.ofHours(24);
    private static final Duration PLANNING = Duration.ofSeconds(2);
    private static final Duration CALL = Duration.ofMillis(200);

    private final MutableClock clock = new MutableClock(Instant.parse("2026-03-01T00:00:00Z"));
    private final MemoryImageIndex index = new MemoryImageIndex();
    private final MemoryJobQueue queue = new MemoryJobQueue(clock);
    private final ExecutorService callersThread = new CallersThread();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Pause never = duration -> {
        if (duration.isPositive()) {
            new CountDownLatch(1).await();
        }
    };
    private final Provider provider = new Provider();
    private final MemoryLimiter limiter = Permitted.limiter(clock);
    private FreshnessPolicy freshness = new FreshnessPolicy(DAY, Duration.ofDays(7), Duration.ofHours(1), Map.of());

    @AfterEach
    void stop() {
        threads.shutdownNow();
        threads.close();
    }

    @Test
    void withATtlOfOnePeriodEveryNightMakesEveryImageAndAllAreFreshAtNoon() throws Exception {
        assertThat(nights(4)).containsExactly(ROWS, ROWS, ROWS, ROWS);
    }

    @Test
    void aTtlThatOutlastsThePeriodSavesTheNightsInBetween() throws Exception {
        freshness = new FreshnessPolicy(DAY.multipliedBy(3), Duration.ofDays(7), Duration.ofHours(1), Map.of());

        assertThat(nights(5)).containsExactly(ROWS, 0, ROWS, 0, ROWS);
    }

    @Test
    void aJobThatIsDeliveredTwiceIsBilledOncePerNight() throws Exception {
        nights(1);
        runner().run("cards", Deadline.in(DAY, clock));
        List<Claim> first = queue.claim(EnumSet.allOf(Lane.class), ROWS, Duration.ZERO);
        queue.enqueue(first.stream().map(Claim::job).toList(), Duration.ZERO);
        queue.enqueue(first.stream().map(Claim::job).toList(), Duration.ZERO);

        assertThat(workedOff()).isEqualTo(ROWS);
    }

    @Test
    void aRowThatBringsNoImageIsTriedAndGivenUpEveryNightAnew() throws Exception {
        provider.noImageOf = "row 7";
        List<Integer> tries = new ArrayList<>();
        for (int night = 0; night < 3; night++) {
            Instant midnight = clock.instant();
            provider.tries = 0;
            runner().run("cards", Deadline.in(DAY, clock));
            Worker worker = worker();
            while (queue.status().depth() > 0) {
                worker.process(claims(), Deadline.in(DAY, clock));
                clock.advance(Duration.ofMinutes(1));
            }
            tries.add(provider.tries);
            clock.advance(Duration.between(clock.instant(), midnight.plus(DAY)));
        }

        assertThat(tries).as("one purchase and one repurchase a night").containsExactly(2, 2, 2);
        assertThat(queue.status().deadLetters()).isEqualTo(3);
    }

    /** How many images each night makes. */
    private List<Integer> nights(int count) throws Exception {
        List<Integer> made = new ArrayList<>();
        for (int night = 0; night < count; night++) {
            Instant midnight = clock.instant();
            runner().run("cards", Deadline.in(DAY, clock));
            made.add(workedOff());
            clock.advance(Duration.between(clock.instant(), midnight.plus(DAY.dividedBy(2))));
            assertThat(freshNow()).as("fresh at noon after night " + night).isEqualTo(ROWS);
            clock.advance(DAY.dividedBy(2).minusMillis(1));
            assertThat(freshNow()).as("fresh before the next plan").isEqualTo(ROWS);
            clock.advance(Duration.ofMillis(1));
        }
        return made;
    }

    private long freshNow() {
        return index.entries().values().stream()
                .filter(entry -> entry.isFresh(clock.instant()))
                .count();
    }

    private int workedOff() throws InterruptedException {
        int before = provider.calls;
        Worker worker = worker();
        while (worker.process(claims(), Deadline.in(DAY, clock)).isEmpty()
                && queue.status().depth() > 0) {}
        assertThat(queue.status().depth()).isZero();
        return provider.calls - before;
    }

    private Map<String, Claim> claims() {
        return queue.claim(EnumSet.allOf(Lane.class), 100, Duration.ZERO).stream()
                .collect(Collectors.toMap(Claim::receiptHandle, claim -> claim));
    }

    private Worker worker() {
        CallSettler settler = Permitted.settler(limiter, clock, never, threads);
        ImagePipeline pipeline = Permitted.pipeline(
                Jobs.KEYS,
                index,
                store,
                limiter,
                settler,
                Permitted.generator(provider, limiter, settler, clock, never),
                provider,
                freshness,
                never,
                clock,
                threads);
        JobOutcomes outcomes = new JobOutcomes(
                new AttemptPolicy(3, Duration.ofSeconds(15), Duration.ofMinutes(15), 2), clock, () -> 0L);
        JobRunner runner = new JobRunner(
                pipeline,
                queue,
                new MemoryBatchLedger(clock),
                new MemoryPendingKeys(),
                outcomes,
                new CallbackReceiver().callbacks(queue, clock));
        return new Worker(
                queue, runner, new Permitted.OneAccount(), 5, Duration.ofMinutes(1), clock, never, callersThread);
    }

    private final MemoryImageStore store = new MemoryImageStore();
    private final Checkpoints checkpoints = new InMemory();

    private CatalogueRunner runner() {
        return new CatalogueRunner(
                config(),
                this::open,
                new Planner(Jobs.KEYS, new FixedVersions(), index, clock),
                freshness,
                queue,
                checkpoints,
                new TimeOrderedIds(clock, new Random(1)),
                clock);
    }

    private CatalogueSource.OpenCatalogue open(String source) {
        String rows = IntStream.range(0, ROWS).mapToObj(i -> "row " + i).collect(Collectors.joining("\n"));
        return new CatalogueSource.OpenCatalogue(
                new ByteArrayInputStream(("title\n" + rows).getBytes(StandardCharsets.UTF_8)), "1");
    }

    private static PregenerationConfig config() {
        String cards = "afterimage.pregeneration.catalogues.cards.";
        return Configs.of(PregenerationConfig.class, cards + "source", "cards.csv", cards + "template", "card");
    }

    /** Takes its time for each image. */
    private final class Provider implements ImageGenerator {

        private int calls;
        private String noImageOf = "";
        private int tries;

        @Override
        public GeneratedImage generate(ImageRequest request, Attempt attempt) {
            attempt.departure().now();
            calls++;
            clock.advance(CALL);
            if (request.data().json().equals("{\"title\":\"" + noImageOf + "\"}")) {
                tries++;
                throw new NotAnImageException("html");
            }
            return FakeGenerator.image();
        }
    }

    /** Planning a chunk takes time; each checkpoint is a chunk. */
    private final class InMemory extends MemoryCheckpoints {

        @Override
        public void save(String catalogue, Checkpoint checkpoint) {
            clock.advance(PLANNING);
            super.save(catalogue, checkpoint);
        }
    }
}
