package dev.afterimage.redis;

import dev.afterimage.testing.RedisProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a fleet of 1, 10 and 100 instances asks of its one Redis. Each instance is a client with a pool of its own, as another
 * process would have it; all live in this JVM.
 *
 * <p>{@code ./mvnw -Pbench test-compile exec:exec -Dmain=dev.afterimage.redis.FleetGrowth}
 */
final class FleetGrowth {

    private static final int[] INSTANCES = {1, 10, 100};

    private FleetGrowth() {}

    public static void main(String[] arguments) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            System.out.println(LimiterGrowth.HEADER);
            for (int instances : INSTANCES) {
                try (RedisProcess server = RedisProcess.start("maxclients 4000");
                        RedisClients clients = new RedisClients()) {
                    System.out.println(LimiterGrowth.measure(clients, server.url(), instances, threads));
                }
            }
            System.out.println(FlightGrowth.HEADER);
            for (int instances : INSTANCES) {
                try (RedisProcess server = RedisProcess.start("maxclients 4000");
                        RedisClients clients = new RedisClients()) {
                    System.out.println(FlightGrowth.measure(clients, server.url(), instances, threads));
                }
            }
        }
    }

    /** Runs all at once and waits for all. */
    static <T> List<T> all(ExecutorService threads, List<Callable<T>> work) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> future : threads.invokeAll(work)) {
            results.add(future.get());
        }
        return results;
    }
}
