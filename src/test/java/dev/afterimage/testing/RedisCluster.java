package dev.afterimage.testing;

import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A Redis Cluster of three real nodes that share the slots. */
public final class RedisCluster implements AutoCloseable {

    private static final int NODES = 3;
    private static final int SLOTS = 16384;

    private static final class Shared {
        static final RedisCluster CLUSTER = start();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(CLUSTER::close));
        }
    }

    private final List<RedisProcess> nodes;

    private RedisCluster(List<RedisProcess> nodes) {
        this.nodes = nodes;
    }

    /** One for all tests of this JVM; they keep apart by prefixes and must not flush it. */
    public static RedisCluster shared() {
        return Shared.CLUSTER;
    }

    public static RedisCluster start() {
        List<RedisProcess> nodes = Stream.generate(() -> RedisProcess.start(
                        "cluster-enabled yes", "cluster-config-file nodes.conf", "cluster-require-full-coverage yes"))
                .limit(NODES)
                .toList();
        Vertx vertx = Vertx.vertx();
        List<Redis> clients = nodes.stream()
                .map(node -> Redis.createClient(vertx, node.url()))
                .toList();
        try {
            for (int node = 0; node < NODES; node++) {
                Request slots = Request.cmd(Command.CLUSTER).arg("ADDSLOTS");
                IntStream.range(SLOTS * node / NODES, SLOTS * (node + 1) / NODES)
                        .forEach(slots::arg);
                call(clients.get(node), slots);
                call(
                        clients.get(node),
                        Request.cmd(Command.CLUSTER)
                                .arg("MEET")
                                .arg("127.0.0.1")
                                .arg(nodes.getFirst().port()));
            }
            clients.forEach(RedisCluster::awaitHealth);
        } finally {
            clients.forEach(Redis::close);
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
        return new RedisCluster(nodes);
    }

    public List<String> urls() {
        return nodes.stream().map(RedisProcess::url).toList();
    }

    public List<RedisProcess> nodes() {
        return nodes;
    }

    @Override
    public void close() {
        nodes.forEach(RedisProcess::close);
    }

    private static void awaitHealth(Redis client) {
        for (int look = 0; look < 1_200; look++) {
            String info = call(client, Request.cmd(Command.CLUSTER).arg("INFO")).toString();
            String slots =
                    call(client, Request.cmd(Command.CLUSTER).arg("SLOTS")).toString();
            if (info.contains("cluster_state:ok")
                    && info.contains("cluster_known_nodes:" + NODES)
                    && !slots.isEmpty()) {
                return;
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        throw new IllegalStateException("the cluster's nodes did not find each other within a minute");
    }

    private static Response call(Redis client, Request request) {
        return client.send(request).toCompletionStage().toCompletableFuture().join();
    }
}
