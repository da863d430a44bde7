package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.SimulatedFleet.Temper;
import java.time.Duration;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Law 2: never over the limit, whatever the clients do; and close to it when they ask for more. */
class LimitLawTest {

    private static final Duration LONGEST_CALL = Duration.ofSeconds(5);

    @Property(tries = 200)
    void noWindowHoldsMoreCallsThanAllowed(
            @ForAll("limits") Limits limits,
            @ForAll("tempers") Temper temper,
            @ForAll("crowds") int people,
            @ForAll("crowds") int workers,
            @ForAll long seed) {
        SimulatedFleet fleet = new SimulatedFleet(
                        now -> SimulatedFleet.memory(limits, now), temper, Duration.ofSeconds(30), seed)
                .withClients(people, Lane.INTERACTIVE)
                .withClients(workers, Lane.BULK)
                .run();

        long window = limits.window().toNanos();
        assertThat(fleet.all.mostInAnyWindow(window)).isLessThanOrEqualTo(limits.rate());
        assertThat(fleet.bulk.mostInAnyWindow(window)).isLessThanOrEqualTo(limits.bulkRate());
        if (limits.concurrency().isPresent()) {
            assertThat(fleet.mostInFlight)
                    .isLessThanOrEqualTo(limits.concurrency().getAsInt());
            assertThat(fleet.mostBulkInFlight)
                    .isLessThanOrEqualTo(limits.bulkConcurrency().getAsInt());
        }
        if (temper.dies() == 0 && people + workers > 0) {
            assertThat(fleet.all.size()).isPositive();
        }
    }

    @Provide
    static Arbitrary<Limits> limits() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 60),
                        Arbitraries.of(100, 1000, 7000).map(Duration::ofMillis),
                        Arbitraries.integers()
                                .between(1, 8)
                                .map(OptionalInt::of)
                                .injectNull(0.5),
                        Arbitraries.doubles().between(0.1, 1))
                .as((rate, window, concurrency, share) -> new Limits(
                        rate, window, concurrency == null ? OptionalInt.empty() : concurrency, share, LONGEST_CALL));
    }

    @Provide
    static Arbitrary<Temper> tempers() {
        Arbitrary<Double> seldom = Arbitraries.of(0.0, 0.02, 0.3);
        return Combinators.combine(
                        Arbitraries.of(0, 900, 30_000).map(Duration::ofMillis),
                        Arbitraries.of(0, 10, 2000).map(Duration::ofMillis),
                        Arbitraries.of(0, 50, 3000).map(Duration::ofMillis),
                        Arbitraries.of(0, 0, 15).map(Duration::ofMillis),
                        Arbitraries.of(1, 400, 4900).map(Duration::ofMillis),
                        seldom,
                        seldom,
                        Arbitraries.of(0.0, 0.01))
                .as(Temper::new);
    }

    @Provide
    static Arbitrary<Integer> crowds() {
        return Arbitraries.of(0, 1, 5, 50);
    }

    @ParameterizedTest(name = "{0} calls in {1}, {2}")
    @CsvSource({
        "1, PT1S, INTERACTIVE",
        "10, PT1S, INTERACTIVE",
        "100, PT1S, INTERACTIVE",
        "1000, PT60S, INTERACTIVE",
        "10, PT1S, BULK",
        "100, PT1S, BULK",
        "1000, PT60S, BULK",
    })
    void clientsWhoAlwaysWaitUseTheLimit(int rate, Duration window, Lane lane) {
        Limits limits = new Limits(rate, window, OptionalInt.empty(), 1, LONGEST_CALL);
        Duration length = window.multipliedBy(100).plus(window);
        SimulatedFleet fleet = new SimulatedFleet(
                        now -> SimulatedFleet.memory(limits, now), Temper.punctual(Duration.ofSeconds(30)), length, 1)
                .withClients(2 * rate, lane)
                .run();

        int used = fleet.all.between(window.toNanos(), length.toNanos());
        assertThat(used).isGreaterThanOrEqualTo((int) (0.97 * 100 * rate));
        assertThat(fleet.all.mostInAnyWindow(window.toNanos())).isLessThanOrEqualTo(rate);
    }

    /** Up to a slot time less the lead; a call delayed longer can meet one stamped meanwhile. */
    @ParameterizedTest(name = "{0} calls a second, up to {1} ms late")
    @CsvSource({"1, 700", "10, 40", "10, 700", "200, 300", "200, 700"})
    void callsDelayedAfterTheirDepartureStampStillKeepTheLimit(int rate, int heldUp) {
        Limits limits = new Limits(rate, Duration.ofSeconds(1), OptionalInt.empty(), 0.8, LONGEST_CALL);
        Temper temper = new Temper(
                Duration.ofSeconds(30),
                Duration.ofMillis(10),
                Duration.ofMillis(3),
                Duration.ofMillis(heldUp),
                Duration.ofMillis(300),
                0,
                0,
                0);
        SimulatedFleet fleet = new SimulatedFleet(
                        now -> SimulatedFleet.memory(limits, now), temper, Duration.ofSeconds(61), 1)
                .withClients(5 * rate, Lane.INTERACTIVE)
                .withClients(5 * rate, Lane.BULK)
                .run();

        long window = limits.window().toNanos();
        assertThat(fleet.all.mostInAnyWindow(window)).isLessThanOrEqualTo(rate);
        assertThat(fleet.bulk.mostInAnyWindow(window)).isLessThanOrEqualTo(limits.bulkRate());
        int leastUsed = (int) (60 * rate / (1.02 + heldUp / 1000.0));
        assertThat(fleet.all.between(window, 61 * window)).isGreaterThanOrEqualTo(leastUsed);
    }

    @ParameterizedTest(name = "{0} calls a second, {1} give up, {2} die")
    @CsvSource({"10, 0.2, 0", "100, 0.2, 0", "100, 0, 0.1", "100, 0.3, 0.1"})
    void clientsThatGiveUpOrDieCostOthersFewSlots(int rate, double givesUp, double dies) {
        Limits limits = new Limits(rate, Duration.ofSeconds(1), OptionalInt.empty(), 1, LONGEST_CALL);
        Temper temper = new Temper(
                Duration.ofSeconds(30),
                Duration.ofMillis(10),
                Duration.ofMillis(3),
                Duration.ZERO,
                Duration.ofMillis(300),
                givesUp,
                dies,
                0);
        SimulatedFleet fleet = new SimulatedFleet(
                        now -> SimulatedFleet.memory(limits, now), temper, Duration.ofSeconds(61), 1)
                .withClients(40 * rate, Lane.INTERACTIVE)
                .run();

        int used = fleet.all.between(1_000_000_000L, 61_000_000_000L);
        assertThat(used).isGreaterThanOrEqualTo((int) (0.88 * 60 * rate));
    }
}
