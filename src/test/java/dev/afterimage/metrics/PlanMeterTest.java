package dev.afterimage.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.catalogue.CatalogueRunner.PlanReport;
import dev.afterimage.catalogue.Checkpoint;
import dev.afterimage.testing.MutableClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PlanMeterTest {

    private final MutableClock clock = MutableClock.atSomeTime();
    private final Meters meters = new Meters(new SimpleMeterRegistry());
    private final PlanMeter plans = new PlanMeter(meters, clock);
    private final List<LogRecord> lines = new ArrayList<>();
    private final Logger log = Logger.getLogger(PlanMeter.class.getName());
    private final Handler keep = new Handler() {
        @Override
        public void publish(LogRecord line) {
            lines.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        log.addHandler(keep);
    }

    @AfterEach
    void listenNoMore() {
        log.removeHandler(keep);
    }

    @Test
    void aPlanIsLoggedAndMetered() {
        plans.metered(() -> {
            clock.advance(Duration.ofSeconds(3));
            return report(true, List.of(new CatalogueRow.Bad(17, "The row has no template")));
        });

        assertThat(said())
                .containsExactly(
                        "Catalogue cards, run r1: planned to its end at line 99 after 3000 ms; 100 rows, of these 20 new,"
                                + " 70 fresh, 9 duplicates, 1 bad",
                        "Catalogue cards, line 17 is left out: The row has no template");
        assertThat(meters.catalogueRows("new").count()).isEqualTo(20);
        assertThat(meters.catalogueRows("fresh").count()).isEqualTo(70);
        assertThat(meters.catalogueRows("duplicate").count()).isEqualTo(9);
        assertThat(meters.catalogueRows("bad").count()).isEqualTo(1);
        assertThat(meters.planTime().totalTime(TimeUnit.SECONDS)).isEqualTo(3);
    }

    @Test
    void theRowsOfARunThatGoesOnAreMeteredWhenItEnds() {
        plans.metered(() -> report(false, List.of()));
        assertThat(meters.catalogueRows("new").count()).isZero();

        plans.metered(() -> report(true, List.of()));
        assertThat(meters.catalogueRows("new").count()).isEqualTo(20);
    }

    @Test
    void onlyTheFirstBadRowsAreLogged() {
        List<CatalogueRow.Bad> bad = IntStream.rangeClosed(1, 200)
                .mapToObj(line -> new CatalogueRow.Bad(line, "Not JSON"))
                .toList();

        plans.metered(() -> report(true, bad));

        assertThat(said())
                .hasSize(1 + PlanMeter.MOST_NAMED + 1)
                .last()
                .isEqualTo("Catalogue cards: more lines are left out, among them line 200");
    }

    private List<String> said() {
        return lines.stream().map(PlanMeterTest::text).toList();
    }

    /** JBoss' log manager keeps a pattern and its parameters apart, the JDK's does not. */
    private static String text(LogRecord line) {
        return line.getParameters() == null || line.getParameters().length == 0
                ? line.getMessage()
                : line.getMessage().formatted(line.getParameters());
    }

    private static PlanReport report(boolean complete, List<CatalogueRow.Bad> bad) {
        return new PlanReport("cards", "r1", complete, 99, new Checkpoint.Counts(20, 70, 9, 1), bad, Set.of());
    }
}
