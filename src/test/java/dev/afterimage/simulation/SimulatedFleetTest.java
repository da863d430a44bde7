package dev.afterimage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.simulation.Fleet.Result;
import dev.afterimage.wiring.WiredProcess.Flaw;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The laws hold in the whole fleet, over time, whatever goes wrong. */
@Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SimulatedFleetTest {

    static final Flaw NONE = new Flaw() {};

    @Test
    void aSeedRepeatsARunExactly() {
        for (long seed = 1; seed <= 6; seed++) {
            Result first = Fleet.run(seed, NONE, false);
            Result second = Fleet.run(seed, NONE, true);
            assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
            assertThat(second.violations()).isEqualTo(first.violations());
        }
    }
}
