package dev.afterimage.provider;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.ReceiptStorage;
import dev.afterimage.provider.zoo.Zoo;
import dev.afterimage.simulation.SimulatedRun;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.Orders;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Jobs at Creatomate, where each poll counts against the rate. A job takes 5 s and is polled every 3 s. */
class CountedPollsTest {

    private static final Duration SOON = Duration.ofSeconds(8);

    /** How long each image took, in the order of their arrival. */
    private final List<Duration> taken = new ArrayList<>();

    /** The limiter, the generator, and the machine that they run on. */
    private record Service(MemoryLimiter limiter, ImageGenerator generator, ZooBench bench, Machine machine) {}

    private static void run(OptionalInt concurrency, Consumer<Service> work) {
        SimulatedRun.run(18, Duration.ofMinutes(5), machine -> {
            ZooBench bench = new ZooBench(Zoo.CREATOMATE.in(machine.clock()), machine.clock(), machine.pause());
            Limits limits =
                    new Limits(bench.limits.rate(), bench.limits.window(), concurrency, 1, bench.limits.longestCall());
            MemoryLimiter limiter = new MemoryLimiter(
                    AccountLimits.of(limits), Limiters.RULES, machine.nanoTime(), machine.clock(), ReceiptStorage.NONE);
            work.accept(new Service(limiter, ZooTest.permitted(bench, limiter, machine), bench, machine));
        });
    }

    private void generate(Service service, Lane lane, Duration patience) {
        Instant begun = service.machine().clock().instant();
        Orders order = Orders.next();
        Deadline deadline = Deadline.in(patience, service.machine().clock());
        service.generator().generate(service.bench().request(0), Attempt.of(lane, deadline, order));
        Instant ended = service.machine().clock().instant();
        order.calls().forEach(call -> service.limiter().settle(call, new CallOutcome.Image(ended)));
        taken.add(Duration.between(begun, ended));
    }

    @Test
    void aJobIsPolledAlsoWhenItsCallerWillNotWaitForAnotherCall() {
        run(
                OptionalInt.empty(),
                service -> service.machine().threads().execute(() -> {
                    generate(service, Lane.INTERACTIVE, Duration.ofMinutes(1));
                    generate(service, Lane.INTERACTIVE, Duration.ofSeconds(14));
                }));

        assertThat(taken).hasSize(2).allSatisfy(time -> assertThat(time).isLessThan(SOON));
    }

    @Test
    void aJobThatIsPaidForIsPolledWhileItsLaneIsStopped() {
        run(OptionalInt.empty(), service -> {
            service.machine().threads().execute(() -> generate(service, Lane.BULK, Duration.ofMinutes(1)));
            service.machine().threads().execute(() -> {
                pause(service.machine());
                service.limiter().stop(DEFAULT_ACCOUNT, LaneStop.Reason.OUT_OF_CREDITS);
            });
        });

        assertThat(taken).singleElement().satisfies(time -> assertThat(time).isLessThan(SOON));
    }

    @Test
    void jobsThatHoldAllPlacesInFlightArePolled() {
        run(OptionalInt.of(4), service -> {
            for (int job = 0; job < 4; job++) {
                service.machine().threads().execute(() -> generate(service, Lane.BULK, Duration.ofMinutes(1)));
            }
        });

        assertThat(taken).hasSize(4).allSatisfy(time -> assertThat(time).isLessThan(SOON));
    }

    /** One whose call waits for a place is behind no poll, and no poll is behind it. */
    @Test
    void jobsArePolledWhileAnotherCallWaitsForAPlace() {
        run(OptionalInt.of(1), service -> {
            for (int job = 0; job < 2; job++) {
                service.machine().threads().execute(() -> generate(service, Lane.BULK, Duration.ofMinutes(1)));
            }
        });

        assertThat(taken).hasSize(2);
        assertThat(taken.getLast()).isLessThan(SOON.multipliedBy(2));
    }

    private static void pause(Machine machine) {
        try {
            machine.pause().await(Duration.ofSeconds(1));
        } catch (InterruptedException cancelled) {
            throw new IllegalStateException(cancelled);
        }
    }
}
