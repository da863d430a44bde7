package dev.afterimage.redis;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Lane;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.FlightLeases.Lease;
import dev.afterimage.testing.TestImages;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;

/** More and more instances ask for one new image at once, which takes its leader a second to make. */
final class FlightGrowth {

    static final String HEADER =
            "instances | leaders in 10 rounds | followers know after, median | at most | questions an instance and round";

    private static final int ROUNDS = 10;
    private static final Duration WORK = Duration.ofSeconds(1);

    private FlightGrowth() {}

    static String measure(RedisClients clients, String url, int instances, ExecutorService threads) throws Exception {
        RedisLink observer = clients.link(url);
        List<FlightLeases> fleet = new ArrayList<>();
        for (int instance = 0; instance < instances; instance++) {
            fleet.add(new RedisFlightLeases(
                    clients.link(url),
                    clients.settings(),
                    Duration.ofSeconds(30),
                    () -> UUID.randomUUID().toString(),
                    Clock.systemUTC(),
                    Calls::pause,
                    new Random(instance)));
        }
        for (FlightLeases instance : fleet) {
            boolean held = instance.isHeld(TestImages.key(0), Lane.INTERACTIVE); // opens its connection
        }
        int leaders = 0;
        List<Long> delays = new ArrayList<>();
        RedisUse before = RedisUse.of(observer);
        for (int round = 1; round <= ROUNDS; round++) {
            Round result = round(fleet, TestImages.key(round), threads);
            leaders += result.leaders();
            delays.addAll(result.delays());
        }
        RedisUse use = RedisUse.of(observer).since(before);
        delays.sort(null);
        return String.format(
                Locale.ROOT,
                "%d | %d | %s | %s | %.1f",
                instances,
                leaders,
                delays.isEmpty() ? "–" : millis(delays.get(delays.size() / 2)),
                delays.isEmpty() ? "–" : millis(delays.getLast()),
                (double) use.questions() / ROUNDS / instances);
    }

    private static String millis(long nanos) {
        return nanos / 1_000_000 + " ms";
    }

    /** @param delays from the leader's release to the moment at which each follower knew, in nanoseconds */
    private record Round(int leaders, List<Long> delays) {}

    private static Round round(List<FlightLeases> fleet, ImageKey key, ExecutorService threads) throws Exception {
        CountDownLatch together = new CountDownLatch(1);
        AtomicLong released = new AtomicLong();
        List<Callable<Optional<Long>>> work = new ArrayList<>();
        for (FlightLeases leases : fleet) {
            work.add(() -> {
                together.await();
                Optional<Lease> lease = leases.take(key, Lane.INTERACTIVE);
                if (lease.isEmpty()) {
                    leases.awaitEnd(key, Lane.INTERACTIVE, Duration.ofSeconds(60));
                    return Optional.of(System.nanoTime());
                }
                Calls.pause(WORK);
                leases.release(lease.get());
                released.set(System.nanoTime());
                return Optional.empty();
            });
        }
        work.add(() -> {
            together.countDown();
            return Optional.of(-1L);
        });
        List<Optional<Long>> ends = FleetGrowth.all(threads, work).subList(0, fleet.size());
        List<Long> delays = ends.stream()
                .flatMap(Optional::stream)
                .map(end -> Math.max(0, end - released.get()))
                .toList();
        return new Round(ends.size() - delays.size(), delays);
    }
}
