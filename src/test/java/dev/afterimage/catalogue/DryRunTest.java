package dev.afterimage.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.Horizon;
import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Limits;
import dev.afterimage.testing.FixedVersions;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryJobQueue;
import dev.afterimage.testing.MutableClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DryRunTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final MutableClock clock = new MutableClock(Instant.parse("2026-03-01T00:00:00Z"));
    private final MemoryImageIndex index = new MemoryImageIndex();
    private final MemoryJobQueue queue = new MemoryJobQueue(clock);
    private OptionalInt concurrency = OptionalInt.empty();
    private Optional<Duration> callTime = Optional.empty();
    private Supplier<OptionalLong> creditsLeft = OptionalLong::empty;
    private ToDoubleFunction<ImageRequest> cost = request -> 3;

    @Test
    void eachRowIsADuplicateFreshMissingOrBad() throws Exception {
        index.putFresh(keyOf("A"), clock.instant().plusSeconds(60));

        DryRun.Estimate estimate = of("title\nA\nB\nA\nC\nB\nx,y\n", Horizon.NONE);

        assertThat(estimate.rows()).isEqualTo(6);
        assertThat(estimate.duplicates()).isEqualTo(2);
        assertThat(estimate.fresh()).isEqualTo(1);
        assertThat(estimate.missing()).isEqualTo(2);
        assertThat(estimate.bad())
                .containsExactly(new CatalogueRow.Bad(7, "The row has 2 cells, the header has 1 cell."));
        assertThat(queue.status().depth()).isZero();
    }

    @Test
    void imageThatExpiresBeforeTheHorizonIsMissing() throws Exception {
        index.putFresh(keyOf("A"), clock.instant().plusSeconds(60));

        assertThat(of("title\nA\n", Horizon.ofPlan(clock.instant(), Duration.ofMinutes(1)))
                        .missing())
                .isEqualTo(1);
    }

    @Test
    void aRowWhoseJobTheQueueDoesNotTakeIsBad() throws Exception {
        queue.takeOnly(job -> !job.key().equals(keyOf("B")));

        DryRun.Estimate estimate = of("title\nA\nB\nx,y\n", Horizon.NONE);

        assertThat(estimate.missing()).isEqualTo(1);
        assertThat(estimate.bad()).extracting(CatalogueRow.Bad::line).containsExactly(3, 4);
    }

    @Test
    void theCostCountsTheCreditsOfEachMissingImage() throws Exception {
        creditsLeft = () -> OptionalLong.of(5);

        DryRun.Estimate estimate = of("title\nA\nB\nB\n", Horizon.NONE);

        assertThat(estimate.cost()).isEqualTo(6);
        assertThat(estimate.creditsLeft()).hasValue(5);
    }

    @Test
    void aRowWhoseCostCannotBeCountedIsBad() throws Exception {
        cost = request -> {
            if (request.data().json().contains("B")) {
                throw new RejectedException(RejectedException.Reason.DATA, "no cost");
            }
            return 3;
        };

        DryRun.Estimate estimate = of("title\nA\nB\n", Horizon.NONE);

        assertThat(estimate.missing()).isEqualTo(1);
        assertThat(estimate.cost()).isEqualTo(3);
        assertThat(estimate.bad()).containsExactly(new CatalogueRow.Bad(3, "no cost"));
    }

    @Test
    void durationFollowsFromTheBulkLanesRate() throws Exception {
        assertThat(of(distinct(8_000), Horizon.NONE).duration()).isEqualTo(Duration.ofSeconds(1_020));
    }

    @Test
    void durationFollowsFromCallsInFlightWhereTheyAreTheNarrowerLimit() throws Exception {
        concurrency = OptionalInt.of(5);
        callTime = Optional.of(Duration.ofSeconds(20));

        assertThat(of(distinct(400), Horizon.NONE).duration()).isEqualTo(Duration.ofSeconds(2_000));
    }

    @Test
    void durationIsThatOfTheSlowestProvider() throws Exception {
        String rows = IntStream.range(0, 8_000)
                .mapToObj(row -> (row < 1_000 ? "slow," : "card,") + row)
                .collect(Collectors.joining("\n", "template,title\n", "\n"));

        assertThat(dryRun().of(CatalogueFormat.CSV.open(utf8(rows), Optional.empty()), Horizon.NONE)
                        .duration())
                .isEqualTo(Duration.ofSeconds(1_020));
    }

    @Test
    void dryRunFailsWhileTheBudgetCannotBeRead() {
        creditsLeft = () -> {
            throw new FleetUnavailableException("gone", new IllegalStateException());
        };

        assertThatThrownBy(() -> of("title\nA\n", Horizon.NONE)).isInstanceOf(FleetUnavailableException.class);
    }

    private DryRun.Estimate of(String csv, Horizon horizon) throws IOException {
        try (CatalogueRows rows = rows(csv)) {
            return dryRun().of(rows, horizon);
        }
    }

    private DryRun dryRun() {
        return new DryRun(
                new Planner(Jobs.KEYS, new FixedVersions(), index, clock),
                queue,
                () -> creditsLeft.get(),
                request -> List.of(request.template().value()),
                account -> new Limits(account.equals("slow") ? 1 : 10, SECOND, concurrency, 0.8, Duration.ofMinutes(2)),
                cost,
                () -> callTime);
    }

    private static CatalogueRows rows(String csv) throws IOException {
        return CatalogueFormat.CSV.open(utf8(csv), Optional.of(new TemplateId("card")));
    }

    private static ByteArrayInputStream utf8(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String distinct(int rows) {
        return IntStream.range(0, rows).mapToObj(Integer::toString).collect(Collectors.joining("\n", "title\n", "\n"));
    }

    private static dev.afterimage.image.ImageKey keyOf(String title) {
        try (CatalogueRows rows = rows("title\n" + title + "\n")) {
            return Jobs.KEYS.keyOf(((CatalogueRow.Wanted) rows.next().orElseThrow()).request(), 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
