package dev.afterimage.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.Horizon;
import dev.afterimage.catalogue.CatalogueRunner.CatalogueSource;
import dev.afterimage.catalogue.CatalogueRunner.PlanReport;
import dev.afterimage.catalogue.CatalogueRunner.Turn;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateId;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.PregenerationConfig;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.testing.Configs;
import dev.afterimage.testing.FixedVersions;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MemoryCheckpoints;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryJobQueue;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.time.Deadline;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CatalogueRunnerTest {

    private static final String NAME = "cards of the night";

    private final MutableClock clock = new MutableClock(Instant.parse("2026-03-01T00:00:00Z"));
    private final MemoryImageIndex index = new MemoryImageIndex();
    private final MemoryJobQueue queue = new MemoryJobQueue(clock);
    private final MemoryCheckpoints checkpoints = new MemoryCheckpoints() {
        @Override
        public void save(String name, Checkpoint checkpoint) {
            super.save(name, checkpoint);
            atEachSave.run();
        }
    };
    private final Planner planner = new Planner(Jobs.KEYS, new FixedVersions(), index, clock);
    private final Map<String, String> settings =
            new HashMap<>(Map.of(setting("source"), "cards.csv", setting("template"), "card"));
    private Duration ttl = hours(24);
    private String catalogue = "";
    private String version = "1";
    private Runnable atEachSave = () -> {};

    @Test
    void everyMissingImageBecomesOneJobInTheBulkLane() throws Exception {
        catalogue = csv(0, 1200);

        PlanReport report = run(hours(1));

        assertThat(report.complete()).isTrue();
        assertThat(report.counts()).isEqualTo(new Checkpoint.Counts(1200, 0, 0, 0));
        assertThat(index.timesAsked()).isEqualTo(3);
        List<Claim> claims = claims();
        assertThat(claims).hasSize(1200);
        assertThat(claims.getFirst().job().lane()).isEqualTo(Lane.BULK);
        assertThat(Jobs.image(claims.getFirst()).caller()).isEqualTo(Caller.SERVICE);
        assertThat(claims).extracting(claim -> Jobs.image(claim).key()).doesNotHaveDuplicates();
        assertThat(checkpoints.find(NAME).orElseThrow().complete()).isTrue();
    }

    @Test
    void imagesFreshForAPeriodAndAQuarterAreDroppedAndOthersAreNot() throws Exception {
        catalogue = csv(0, 3);
        Instant horizon = clock.instant().plus(hours(30));
        index.putFresh(keyOf(0), horizon);
        index.putFresh(keyOf(1), horizon.minusMillis(1));

        assertThat(run(hours(1)).counts()).isEqualTo(new Checkpoint.Counts(2, 1, 0, 0));
        assertThat(claims())
                .allSatisfy(claim ->
                        assertThat(Jobs.image(claim).horizon()).isEqualTo(new Horizon(clock.instant(), horizon)));
    }

    @Test
    void configuredPeriodTakesPrecedenceOverTheSchedule() {
        catalogue = csv(0, 2);
        index.putFresh(keyOf(0), clock.instant().plus(hours(5)));
        index.putFresh(keyOf(1), clock.instant().plus(hours(10)));

        assertThat(run(turn(hours(4)), hours(1)).counts()).isEqualTo(new Checkpoint.Counts(0, 2, 0, 0));
        settings.put(setting("period"), "8h");
        assertThat(run(turn(hours(4)), hours(1)).counts()).isEqualTo(new Checkpoint.Counts(1, 1, 0, 0));
        settings.put(setting("period"), "0s");
        assertThatThrownBy(() -> run(hours(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("period");
    }

    @Test
    void aPlanThatIsTriggeredTwiceMakesNothingTwice() throws Exception {
        catalogue = csv(0, 700);
        run(hours(1));
        clock.advance(Duration.ofMinutes(20));
        claims().forEach(claim ->
                index.putFresh(Jobs.image(claim).key(), clock.instant().plus(ttl), ttl));
        catalogue = csv(0, 701);
        version = "2";

        assertThat(run(hours(1)).counts()).isEqualTo(new Checkpoint.Counts(1, 700, 0, 0));
    }

    /** A bug: whatever began within half a period counted as a repeat, and so the night's plan did nothing. */
    @Test
    void aPlanByHandInTheEveningDoesNotReplaceTheOneOfTheNight() throws Exception {
        catalogue = csv(0, 700);
        run(hours(1));
        makeAll();
        clock.advance(hours(7));
        assertThat(runner(config(), this::open).estimate(NAME, dryRun()).missing())
                .isEqualTo(700);

        assertThat(run(turn(hours(24)), hours(1)).counts()).isEqualTo(new Checkpoint.Counts(700, 0, 0, 0));
        makeAll();
        clock.advance(hours(7));
        assertThat(run(hours(1)).counts().enqueued())
                .as("by hand, in the morning after")
                .isEqualTo(700);
    }

    /** A bug: of a schedule that pauses at the weekend, Thursday's plan counted as Friday's. */
    @Test
    void aPlanBeforeALongGapIsNoRepeatOfTheDayBefore() throws Exception {
        catalogue = csv(0, 700);
        ttl = hours(80);
        run(turn(hours(24)), hours(1));
        makeAll();
        clock.advance(hours(24));

        assertThat(run(turn(hours(72)), hours(1)).counts()).isEqualTo(new Checkpoint.Counts(700, 0, 0, 0));
    }

    @Test
    void aScheduleThatFiresTwiceMakesNothingTwice() throws Exception {
        catalogue = csv(0, 700);
        run(turn(hours(24)), hours(1));
        makeAll();
        clock.advance(Duration.ofMinutes(5));

        assertThat(run(turn(hours(24)), hours(1)).counts()).isEqualTo(new Checkpoint.Counts(0, 700, 0, 0));
    }

    @Test
    void anUnfinishedPlanIsContinuedInItsTurnHoweverLate() throws Exception {
        catalogue = csv(0, 1000);
        Turn tonight = turn(hours(24));
        makeTheFirstChunk();
        clock.advance(hours(20));

        PlanReport late = run(tonight, hours(1));
        assertThat(late.complete()).isTrue();
        assertThat(late.counts()).isEqualTo(new Checkpoint.Counts(1000, 0, 0, 0));
        assertThat(claims()).hasSize(500);
    }

    @Test
    void whatWasMadeSinceTheTurnWasDueIsNotMadeAnewByAPlanThatStartsLate() throws Exception {
        catalogue = csv(0, 2);
        Turn tonight = turn(hours(24));
        clock.advance(hours(1));
        index.putFresh(keyOf(0), clock.instant().plus(ttl), ttl);
        clock.advance(hours(1));

        assertThat(run(tonight, hours(1)).counts()).isEqualTo(new Checkpoint.Counts(1, 1, 0, 0));
        assertThat(Jobs.image(claims().getFirst()).horizon())
                .isEqualTo(new Horizon(tonight.due(), tonight.due().plus(hours(30))));
    }

    @Test
    void aTurnThatIsOverOrStillToComeBeginsNow() throws Exception {
        catalogue = csv(0, 1);
        for (Duration late : List.of(hours(24), hours(-1))) {
            Instant due = clock.instant().minus(late);
            run(new Turn(due, due.plus(hours(24))), hours(1));
            Claim claim = claims().getFirst();
            assertThat(Jobs.image(claim).horizon().since()).isEqualTo(clock.instant());
            assertThat(queue.complete(claim)).isTrue();
            clock.advance(hours(2));
        }
    }

    @Test
    void anUnfinishedPlanOfTheEveningIsNoPartOfTheNextTurn() throws Exception {
        catalogue = csv(0, 1000);
        makeTheFirstChunk();
        clock.advance(hours(5));

        run(turn(hours(24)), hours(1));

        assertThat(claims()).hasSize(1000);
    }

    @Test
    void withoutAScheduleAnUnfinishedPlanIsContinuedWithinAQuarterOfItsPeriod() throws Exception {
        catalogue = csv(0, 1000);
        makeTheFirstChunk();
        clock.advance(hours(5));

        run(hours(1));

        assertThat(claims()).hasSize(500);
    }

    @Test
    void withoutAScheduleALaterContinuationMakesAnewWhatIsOlderThanAQuarterOfThePeriod() throws Exception {
        catalogue = csv(0, 1000);
        makeTheFirstChunk();
        clock.advance(hours(4));
        index.putFresh(keyOf(0), clock.instant().plus(ttl), ttl);
        clock.advance(hours(4));

        PlanReport late = run(hours(1));

        assertThat(late.counts()).isEqualTo(new Checkpoint.Counts(999, 1, 0, 0));
        assertThat(claims())
                .allSatisfy(claim -> assertThat(Jobs.image(claim).horizon())
                        .isEqualTo(new Horizon(
                                clock.instant().minus(hours(6)), clock.instant().plus(hours(24)))));
    }

    @Test
    void afterARestartOnlyAnUnfinishedPlanInTheFirstHalfOfItsPeriodIsWorthGoingOnWith() throws Exception {
        catalogue = csv(0, 1000);
        Instant begun = clock.instant();
        Instant next = begun.plus(hours(24));
        CatalogueRunner runner = runner(config(), this::open);
        assertThat(runner.unfinished(NAME, next)).isEmpty();
        makeTheFirstChunk();

        assertThat(runner.unfinished(NAME, next)).contains(new Turn(begun, next));
        clock.advance(hours(12));
        assertThat(runner.unfinished(NAME, next)).isEmpty();
        run(hours(1));
        assertThat(runner.unfinished(NAME, clock.instant().plus(hours(24)))).isEmpty();
    }

    @Test
    void unfinishedPlanOfTheNightBeforeIsNotContinued() {
        catalogue = csv(0, 1000);
        atEachSave = () -> clock.advance(Duration.ofMinutes(10));
        assertThat(run(Duration.ofMinutes(5)).complete()).isFalse();
        clock.advance(hours(24));

        assertThat(run(hours(9)).counts()).isEqualTo(new Checkpoint.Counts(1000, 0, 0, 0));
    }

    @Test
    void imagesThatCannotLastUntilTheNextPlanAreReportedAndStillMadeOnceAPlan() throws Exception {
        catalogue = csv(0, 3);
        ttl = hours(6);

        PlanReport report = run(hours(1));
        assertThat(report.shortLived()).containsExactly(new TemplateId("card"));
        clock.advance(hours(1));
        claims().forEach(claim ->
                index.putFresh(Jobs.image(claim).key(), clock.instant().plus(ttl), ttl));

        assertThat(run(hours(1)).counts().enqueued()).isZero();
        settings.put(setting("period"), "6h");
        assertThat(run(hours(1)).shortLived()).isEmpty();
    }

    @Test
    void duplicatesAreDroppedWithinAndAcrossChunks() throws Exception {
        catalogue = csv(0, 600) + rows(0, 10) + rows(595, 600);

        assertThat(run(hours(1)).counts()).isEqualTo(new Checkpoint.Counts(600, 0, 15, 0));
        assertThat(claims()).hasSize(600);
    }

    @Test
    void badRowsAreReportedAndTheRestGoesOn() {
        catalogue = "title\n" + "a,b\n" + rows(0, 2);

        PlanReport report = run(hours(1));

        assertThat(report.counts()).isEqualTo(new Checkpoint.Counts(2, 0, 0, 1));
        assertThat(report.bad())
                .singleElement()
                .satisfies(bad -> assertThat(bad.line()).isEqualTo(2));
    }

    @Test
    void whenTheIndexFailsEveryImageIsQueued() {
        catalogue = csv(0, 3);
        index.putFresh(keyOf(0), clock.instant().plusSeconds(60));
        index.down(true);

        assertThat(run(hours(1)).counts().enqueued()).isEqualTo(3);
    }

    @Test
    void planStopsAtItsDeadlineAndContinuesWithoutQueuingTwice() throws Exception {
        catalogue = csv(0, 1700) + "bad,row\n" + rows(0, 5);
        atEachSave = () -> clock.advance(Duration.ofMinutes(10));

        PlanReport first = run(Duration.ofMinutes(15));
        assertThat(first.complete()).isFalse();
        assertThat(first.counts().enqueued()).isEqualTo(1000);
        PlanReport second = run(Duration.ofMinutes(5));
        assertThat(second.counts().enqueued()).isEqualTo(1500);
        PlanReport third = run(hours(9));

        assertThat(third.complete()).isTrue();
        assertThat(third.run()).isEqualTo(first.run());
        assertThat(third.counts()).isEqualTo(new Checkpoint.Counts(1700, 0, 5, 1));
        assertThat(checkpoints.find(NAME).orElseThrow().complete()).isTrue();
        assertThat(claims())
                .extracting(claim -> Jobs.image(claim).key())
                .hasSize(1700)
                .doesNotHaveDuplicates();
    }

    @Test
    void aChangedCatalogueIsPlannedFromItsBeginning() {
        catalogue = csv(0, 1000);
        atEachSave = () -> clock.advance(Duration.ofMinutes(10));
        run(Duration.ofMinutes(5));
        version = "2";

        assertThat(run(hours(9)).counts()).isEqualTo(new Checkpoint.Counts(1000, 0, 0, 0));
    }

    @Test
    void imagesThatLiveForAWeekAreNotMadeEveryNight() throws Exception {
        catalogue = csv(0, 700);
        ttl = Duration.ofDays(7);
        run(hours(1));
        claims().forEach(claim ->
                index.putFresh(Jobs.image(claim).key(), clock.instant().plus(ttl), ttl));
        clock.advance(hours(24));

        assertThat(run(hours(1)).counts()).isEqualTo(new Checkpoint.Counts(0, 700, 0, 0));
    }

    /** A bug: such a row once ended the plan, every night at the same place. */
    @Test
    void aRowThatTheQueueDoesNotTakeIsABadRowAndStopsNoOther() throws Exception {
        catalogue = csv(0, 1000);
        queue.takeOnly(job -> !job.key().equals(keyOf(600)));

        PlanReport report = run(hours(1));

        assertThat(report.complete()).isTrue();
        assertThat(report.counts()).isEqualTo(new Checkpoint.Counts(999, 0, 0, 1));
        assertThat(report.bad()).singleElement().satisfies(bad -> {
            assertThat(bad.line()).isEqualTo(602);
            assertThat(bad.reason()).contains("too large to be queued");
        });
        assertThat(claims()).hasSize(999);
    }

    @Test
    void unreadableCatalogueFailsWithItsReason() {
        assertThatThrownBy(() -> runner(config(), source -> {
                            throw new FileNotFoundException(source);
                        })
                        .run(NAME, Deadline.in(hours(1), clock)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(NAME);
        assertThatThrownBy(() -> runner(config(), this::open).run("other", Deadline.in(hours(1), clock)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other");
        catalogue = "";
        assertThatThrownBy(() -> run(hours(1))).isInstanceOf(InvalidRequestException.class);
    }

    private PlanReport run(Duration time) {
        return runner(config(), this::open).run(NAME, Deadline.in(time, clock));
    }

    private PlanReport run(Turn turn, Duration time) {
        return runner(config(), this::open).run(NAME, turn, Deadline.in(time, clock));
    }

    /** A turn that is due now. */
    private Turn turn(Duration gap) {
        return new Turn(clock.instant(), clock.instant().plus(gap));
    }

    private void makeAll() throws Exception {
        for (Claim claim : claims()) {
            index.putFresh(Jobs.image(claim).key(), clock.instant().plus(ttl), ttl);
            assertThat(queue.complete(claim)).isTrue();
        }
    }

    /** Plans the first chunk of the catalogue, and makes its images. */
    private void makeTheFirstChunk() throws Exception {
        atEachSave = () -> clock.advance(Duration.ofMinutes(10));
        assertThat(run(Duration.ofMinutes(5)).complete()).isFalse();
        atEachSave = () -> {};
        makeAll();
    }

    private CatalogueRunner runner(PregenerationConfig config, CatalogueSource source) {
        TimeOrderedIds ids = new TimeOrderedIds(clock, new Random(1));
        FreshnessPolicy freshness = new FreshnessPolicy(ttl, Duration.ZERO, Duration.ZERO, Map.of());
        return new CatalogueRunner(config, source, planner, freshness, queue, checkpoints, ids, clock);
    }

    private DryRun dryRun() {
        Limits limits = new Limits(10, Duration.ofSeconds(1), OptionalInt.empty(), 0.8, Duration.ofMinutes(2));
        return new DryRun(
                planner,
                queue,
                OptionalLong::empty,
                request -> List.of("default"),
                account -> limits,
                request -> 1,
                Optional::empty);
    }

    private CatalogueSource.OpenCatalogue open(String source) {
        assertThat(source).isEqualTo("cards.csv");
        return new CatalogueSource.OpenCatalogue(
                new ByteArrayInputStream(catalogue.getBytes(StandardCharsets.UTF_8)), version);
    }

    private static String setting(String name) {
        return "afterimage.pregeneration.catalogues.\"" + NAME + "\"." + name;
    }

    private PregenerationConfig config() {
        return Configs.of(PregenerationConfig.class, settings);
    }

    private List<Claim> claims() {
        return queue.claim(EnumSet.allOf(Lane.class), 10_000, Duration.ZERO);
    }

    private dev.afterimage.image.ImageKey keyOf(int row) {
        return Jobs.KEYS.keyOf(
                new dev.afterimage.image.ImageRequest(
                        new dev.afterimage.image.TemplateId("card"),
                        dev.afterimage.image.TemplateData.of("{\"title\":\"row " + row + "\"}"),
                        dev.afterimage.image.ImageFormat.PNG),
                0);
    }

    private static String csv(int from, int to) {
        return "title\n" + rows(from, to);
    }

    private static String rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "row " + i + "\n").collect(Collectors.joining());
    }

    private static Duration hours(int hours) {
        return Duration.ofHours(hours);
    }
}
