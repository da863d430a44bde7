package dev.afterimage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.simulation.Fleet.Result;
import dev.afterimage.wiring.WiredProcess.Flaw;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The {@link Laws} hold in the whole fleet, over time, whatever goes wrong. More seeds: {@code src/bench/simulation.sh}. */
@Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SimulatedFleetTest {

    private static final long SEEDS = Long.getLong("simulation.seeds", 2000);
    private static final Flaw NONE = new Flaw() {};

    @Test
    void lawsHoldWithEverySeed() {
        FleetRuns runs = FleetRuns.of(1, SEEDS, () -> false, NONE, FleetRuns::print);

        assertThat(runs.failed().stream().map(Result::seed))
                .as("seeds that violate a law")
                .isEmpty();
        assertThat(runs.trials().keySet()).as("situations that were tried").contains(Trial.values());
        assertThat(runs.faults().size()).as("distinct faults").isGreaterThan(150);
    }

    @Test
    void aSeedRepeatsARunExactly() {
        for (long seed = 1; seed <= 6; seed++) {
            Result first = Fleet.run(seed, NONE, false);
            Result second = Fleet.run(seed, NONE, true);
            assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
            assertThat(second.steps()).isEqualTo(first.steps());
        }
    }
}
