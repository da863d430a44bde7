package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.catalogue.CatalogueRunner;
import dev.afterimage.catalogue.CatalogueRunner.CatalogueSource.OpenCatalogue;
import dev.afterimage.catalogue.CatalogueRunner.Turn;
import dev.afterimage.catalogue.Checkpoint;
import dev.afterimage.catalogue.Planner;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.limit.Lane;
import dev.afterimage.metrics.Meters;
import dev.afterimage.metrics.PlanMeter;
import dev.afterimage.pipeline.Drain;
import dev.afterimage.testing.Configs;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.FixedVersions;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MemoryCheckpoints;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryJobQueue;
import dev.afterimage.testing.MutableClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CataloguePlanningTest {

    private static final String NAME = "cards";
    private static final int ROWS = 1200;

    private final Instant begun = Instant.parse("2026-03-01T03:00:00Z");
    private final Turn tonight = new Turn(begun, begun.plus(Duration.ofHours(24)));
    private final MutableClock clock = new MutableClock(begun);
    private final FakePause pause = new FakePause(clock);
    private final Drain drain = new Drain(clock, pause);
    private final Meters meters = new Meters(new SimpleMeterRegistry());
    private final MemoryJobQueue queue = new MemoryJobQueue(clock);
    private int failedReads;
    private boolean searchFails;
    private String catalogue = "title\n"
            + IntStream.range(0, ROWS).mapToObj(i -> "row " + i + "\n").collect(Collectors.joining());
    private final MemoryCheckpoints checkpoints = new MemoryCheckpoints() {
        @Override
        public Optional<Checkpoint> find(String name) {
            if (searchFails) {
                searchFails = false;
                throw new QueueUnavailableException("gone", new IllegalStateException());
            }
            return super.find(name);
        }
    };

    /** A bug: such a plan once waited for the next night. */
    @Test
    void aPlanWhoseQueueFailsGoesOnFromItsCheckpointUntilItIsComplete() {
        failTheSecondChunk(3);

        planning().plan(NAME, tonight);

        assertThat(claims()).extracting(Claim::job).hasSize(ROWS).doesNotHaveDuplicates();
        assertThat(checkpoints.find(NAME).orElseThrow().complete()).isTrue();
        assertThat(clock.instant()).isEqualTo(begun.plus(Duration.ofMinutes(1 + 2 + 4)));
        assertThat(meters.catalogueRows("new").count()).isEqualTo(ROWS);
    }

    @Test
    void aCatalogueThatIsNotThereYetIsPlannedWhenItIs() {
        failedReads = 7;

        planning().plan(NAME, tonight);

        assertThat(claims()).hasSize(ROWS);
        assertThat(clock.instant()).isEqualTo(begun.plus(Duration.ofMinutes(1 + 2 + 4 + 8 + 15 + 15 + 15)));
    }

    @Test
    void aPlanIsGivenUpWhenTheNextOneIsDue() {
        failTheSecondChunk(Integer.MAX_VALUE);

        planning().plan(NAME, tonight);

        assertThat(claims()).hasSize(Planner.CHUNK);
        assertThat(clock.instant()).isBetween(tonight.next().minus(Duration.ofMinutes(15)), tonight.next());
    }

    @Test
    void aCatalogueThatCannotBeReadIsNotTriedAgain() {
        catalogue = "";
        planning().plan(NAME, tonight);
        planning().plan("other", tonight);

        assertThat(pause.waits()).isEmpty();
    }

    /** A bug: nothing went on with such a plan. */
    @Test
    void afterARestartAnUnfinishedPlanGoesOn() {
        failTheSecondChunk(1, drain::begin);
        planning().plan(NAME, tonight);
        assertThat(claims()).hasSize(Planner.CHUNK);
        assertThat(pause.waits()).isEmpty();
        clock.advance(Duration.ofSeconds(30));
        searchFails = true;

        planning(new Drain(clock, pause)).resume(NAME, tonight.next());

        assertThat(checkpoints.find(NAME).orElseThrow().complete()).isTrue();
        assertThat(queue.status().depth()).isEqualTo(ROWS);
        assertThat(meters.catalogueRows("new").count()).isEqualTo(ROWS);
    }

    @Test
    void afterARestartACompletePlanIsLeftAlone() {
        planning().plan(NAME, tonight);

        planning().resume(NAME, tonight.next());

        assertThat(queue.status().depth()).isEqualTo(ROWS);
    }

    private void failTheSecondChunk(int times) {
        failTheSecondChunk(times, () -> {});
    }

    private void failTheSecondChunk(int times, Runnable before) {
        int[] chunk = {0};
        queue.beforeEnqueue(() -> {
            chunk[0]++;
            if (chunk[0] > 1 && chunk[0] - 1 <= times) {
                before.run();
                throw new QueueUnavailableException("gone", new IllegalStateException());
            }
        });
    }

    private List<Claim> claims() {
        return queue.claim(EnumSet.allOf(Lane.class), 10_000, Duration.ZERO);
    }

    private CataloguePlanning planning() {
        return planning(drain);
    }

    private CataloguePlanning planning(Drain ofProcess) {
        String cards = "afterimage.pregeneration.catalogues.cards.";
        CatalogueRunner runner = new CatalogueRunner(
                Configs.of(PregenerationConfig.class, cards + "source", "cards.csv", cards + "template", "card"),
                this::open,
                new Planner(Jobs.KEYS, new FixedVersions(), new MemoryImageIndex(), clock),
                new FreshnessPolicy(Duration.ofHours(24), Duration.ZERO, Duration.ZERO, Map.of()),
                queue,
                checkpoints,
                new TimeOrderedIds(clock, new Random(1)),
                clock);
        return new CataloguePlanning(runner, new PlanMeter(meters, clock), ofProcess, clock, pause);
    }

    private OpenCatalogue open(String source) throws IOException {
        if (failedReads > 0) {
            failedReads--;
            throw new FileNotFoundException(source);
        }
        return new OpenCatalogue(new ByteArrayInputStream(catalogue.getBytes(StandardCharsets.UTF_8)), "1");
    }
}
