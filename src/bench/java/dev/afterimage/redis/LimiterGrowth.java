package dev.afterimage.redis;

import dev.afterimage.limit.DepartureLog;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.testing.Limiters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** 200 callers, spread over more and more instances, share a limit of 100 calls a second. */
final class LimiterGrowth {

    static final String HEADER =
            "instances | permits a second of 100 | most in a window | questions a permit | Redis CPU a permit";

    private static final int RATE = 100;
    private static final int CALLERS = 200;
    private static final int WARM_UP = 3;
    /** Whole ones, because all of a window's calls may leave together, once in a slot time. */
    private static final int SLOT_TIMES = 10;

    private LimiterGrowth() {}

    static String measure(RedisClients clients, String url, int instances, ExecutorService threads) throws Exception {
        Limits limits = new Limits(RATE, Duration.ofSeconds(1), OptionalInt.empty(), 0.8, Duration.ofSeconds(20));
        RedisLink observer = clients.link(url);
        List<ProviderLimiter> fleet = new ArrayList<>();
        for (int instance = 0; instance < instances; instance++) {
            fleet.add(new RedisLimiter(clients.script(clients.link(url), limits, Limiters.RULES, () -> "")));
        }
        DepartureLog log = new DepartureLog();
        long start = System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_UP);
        long end = start + limits.slotTime().multipliedBy(SLOT_TIMES).toNanos();
        List<Callable<RedisUse>> work = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            ProviderLimiter limiter = fleet.get(caller % instances);
            work.add(() -> {
                Calls.callUntil(end, limiter, Lane.INTERACTIVE, log);
                return null;
            });
        }
        work.add(() -> {
            Calls.pause(Duration.ofNanos(start - System.nanoTime()));
            RedisUse before = RedisUse.of(observer);
            Calls.pause(Duration.ofNanos(end - System.nanoTime()));
            return RedisUse.of(observer).since(before);
        });
        RedisUse use = FleetGrowth.all(threads, work).getLast();
        int permits = log.between(start, end);
        return String.format(
                Locale.ROOT,
                "%d | %.1f | %d | %.2f | %.0f µs",
                instances,
                permits * 1e9 / (end - start),
                log.mostInAnyWindow(TimeUnit.SECONDS.toNanos(1)),
                (double) use.questions() / permits,
                use.cpuSeconds() * 1e6 / permits);
    }
}
