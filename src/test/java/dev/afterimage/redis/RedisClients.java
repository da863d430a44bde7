package dev.afterimage.redis;

import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Receipts.ReceiptRules;
import dev.afterimage.testing.MemoryImageStore;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** Clients of Redis for a test, each with a pool of its own as another process would have it; closed together. */
public final class RedisClients implements AutoCloseable {

    static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final List<Redis> open = new ArrayList<>();
    final String prefix = "test-" + UUID.randomUUID();

    /** What a link is configured with. */
    record Settings(String prefix, Duration timeout, int restAfter, Duration rest) implements RedisConfig {
        @Override
        public Duration warmUp() {
            return Duration.ZERO;
        }
    }

    /** The store of this test's fleet, which keeps the epoch. */
    final MemoryImageStore store = new MemoryImageStore();

    /** The limiter's script at a time that is moved by hand, or the server's where that is empty. */
    LimiterScript script(RedisLink link, AccountLimits limits, ReceiptRules rules, Supplier<String> fixedTime) {
        return new LimiterScript(
                link,
                prefix,
                limits,
                rules,
                limits.longestCall(),
                store,
                () -> UUID.randomUUID().toString(),
                fixedTime);
    }

    /** Of a provider that is its one account. */
    public LimiterScript script(RedisLink link, Limits limits, ReceiptRules rules, Supplier<String> fixedTime) {
        return script(link, AccountLimits.of(limits), rules, fixedTime);
    }

    public RedisConfig settings() {
        return new Settings(prefix, TIMEOUT, 5, Duration.ofMillis(100));
    }

    Redis client(RedisOptions options) {
        options.getNetClientOptions().setIdleTimeout(2);
        Redis redis = Redis.createClient(
                vertx, options.setMaxPoolSize(16).setMaxPoolWaiting(1024).setMaxWaitingHandlers(4096));
        open.add(redis);
        return redis;
    }

    Redis client(String url) {
        return client(new RedisOptions().setConnectionString(url));
    }

    Redis clusterClient(List<String> urls) {
        return client(new RedisOptions().setType(RedisClientType.CLUSTER).setEndpoints(urls));
    }

    public RedisLink link(String url) {
        return link(client(url), settings());
    }

    RedisLink link(Redis redis, RedisConfig config) {
        return new RedisLink(redis, config, System::nanoTime, duration -> {});
    }

    void age(String url, Duration step) {
        age(link(url), step);
    }

    /** Lets time pass for the keys of this test: each lives that much shorter. */
    void age(RedisLink link, Duration step) {
        for (String key : keys(link)) {
            long left = link.call(Request.cmd(Command.PTTL).arg(key)).toLong();
            if (left > step.toMillis()) {
                link.call(Request.cmd(Command.PEXPIRE).arg(key).arg(left - step.toMillis()));
            } else if (left >= 0) {
                link.call(Request.cmd(Command.DEL).arg(key));
            }
        }
    }

    void forget(String url) {
        forget(link(url));
    }

    /** Deletes the keys of this test, as a flush would. */
    public void forget(RedisLink link) {
        keys(link).forEach(key -> link.call(Request.cmd(Command.DEL).arg(key)));
    }

    List<String> keys(RedisLink link) {
        return keys(link, "*" + prefix + ":*");
    }

    List<String> keys(RedisLink link, String pattern) {
        return link.call(Request.cmd(Command.KEYS).arg(pattern)).stream()
                .map(Response::toString)
                .toList();
    }

    @Override
    public void close() {
        open.forEach(Redis::close);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
