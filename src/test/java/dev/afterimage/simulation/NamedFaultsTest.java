package dev.afterimage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.simulation.Fleet.Result;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checks that the simulation can find mistakes: each of the {@link NamedFaults} is put back, and must be reported. */
@Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NamedFaultsTest {

    private static final int SEEDS = 1000;

    @ParameterizedTest
    @EnumSource
    void simulationFindsTheFaultWithinAThousandSeeds(NamedFaults fault) {
        Pattern expected = Pattern.compile(fault.violation());
        List<String> found = Collections.synchronizedList(new ArrayList<>());
        FleetRuns runs = FleetRuns.of(
                1,
                SEEDS,
                () -> !found.isEmpty(),
                fault,
                (Result failed) -> failed.violations().stream()
                        .filter(violation -> expected.matcher(violation).find())
                        .forEach(found::add));

        assertThat(found).as("found in " + runs.runs() + " runs").isNotEmpty();
    }
}
