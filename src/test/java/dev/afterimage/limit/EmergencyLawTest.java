package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.SimulatedFleet.Temper;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Law 2 across outages: instances that lose the fleet's limiter and find it again, each on a machine that keeps it waiting. */
class EmergencyLawTest {

    private static final int RATE = 20;
    private static final Limits LIMITS =
            new Limits(RATE, Duration.ofSeconds(1), OptionalInt.empty(), 1, Duration.ofSeconds(20));
    private static final int INSTANCES = 4;
    private static final double SHARE = 0.1;
    private static final Duration LENGTH = Duration.ofSeconds(60);
    private static final Duration OUTAGE = Duration.ofSeconds(10);
    private static final EmergencyListener NOBODY = new EmergencyListener() {
        @Override
        public void lost() {}

        @Override
        public void found() {}

        @Override
        public void permitted(Lane lane) {}
    };

    /** A question takes half a second to fail, and after that Redis is given a rest of a second. */
    private static final int NOTICED_LATE = 1500;

    @Property(tries = 300)
    void noWindowHoldsMoreCallsThanAllowed(
            @ForAll @IntRange(min = 1, max = 12) int clients,
            @ForAll @IntRange(min = 0, max = 1000) int longestWithoutCore,
            @ForAll @IntRange(min = 100, max = 25_000) int outage,
            @ForAll long seed) {
        Random random = new Random(seed);
        AtomicReference<ProviderLimiter> fleet = new AtomicReference<>();
        SimulatedFleet simulated = new SimulatedFleet(
                now -> {
                    fleet.set(new MemoryLimiter(LIMITS, now));
                    return fleet.get();
                },
                Temper.punctual(Duration.ofSeconds(30)),
                LENGTH,
                seed);
        for (int instance = 0; instance < INSTANCES; instance++) {
            LosableLimiter own = new LosableLimiter(fleet.get());
            SimulatedFleet.Instance member = simulated
                    .instance(now -> new EmergencyLimiter(own, LIMITS, SHARE, Duration.ofMillis(1500), NOBODY, now))
                    .withClients(clients, Lane.INTERACTIVE);
            for (int time = 0; longestWithoutCore > 0 && time < LENGTH.toMillis(); time += 1 + random.nextInt(5000)) {
                member.withoutCore(Duration.ofMillis(time), Duration.ofMillis(random.nextInt(longestWithoutCore)));
            }
            Duration end = OUTAGE.plusMillis(outage);
            simulated
                    .event(OUTAGE, () -> own.lost = true)
                    .event(end.plusMillis(random.nextInt(NOTICED_LATE)), () -> own.lost = false);
        }
        simulated.run();

        assertThat(simulated.all.mostInAnyWindow(LIMITS.window().toNanos())).isLessThanOrEqualTo(RATE);
        assertThat(simulated.all.between(LENGTH.minusSeconds(15).toNanos(), LENGTH.toNanos()))
                .isPositive();
    }
}
