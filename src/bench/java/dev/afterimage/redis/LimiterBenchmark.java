package dev.afterimage.redis;

import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.Purchases;
import dev.afterimage.testing.RedisProcess;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The limiter's script on a real Redis of its own, beside commands that do nothing; one caller, so it is latency. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 2)
public class LimiterBenchmark {

    private static final int ADDED_AT_ONCE = 1000;

    /** So many calls have departed and so many are planned while permits are asked for. */
    @Param({"0", "10000"})
    public int busy;

    private final AtomicLong tokens = new AtomicLong();
    private RedisProcess server;
    private RedisClients clients;
    private RedisLink link;
    private ProviderLimiter roomy;
    private ProviderLimiter full;
    private RedisReceipts receipts;

    @Setup
    public void start() {
        server = RedisProcess.start();
        clients = new RedisClients();
        link = clients.link(server.url());
        roomy = limiter("roomy", 1_000_000);
        full = limiter("full", 100);
        link.call(Request.cmd(Command.SET).arg("plain").arg("x".repeat(64)));
        link.call(Request.cmd(Command.CONFIG).arg("RESETSTAT"));
    }

    /** A window of a millisecond, so that the permits of the measurement leave it soon and only the others stay. */
    private ProviderLimiter limiter(String name, int rate) {
        Limits limits = new Limits(rate, Duration.ofMillis(1), OptionalInt.empty(), 1, Duration.ofSeconds(20));
        String prefix = clients.prefix + name;
        int others = name.equals("full") ? Math.max(busy, rate) : busy;
        fill(prefix + ":{limiter}:departed", others);
        fill(prefix + ":{limiter}:planned", others);
        LimiterScript script = new LimiterScript(
                link,
                prefix,
                AccountLimits.of(limits),
                Limiters.RULES,
                limits.longestCall(),
                clients.store,
                () -> Long.toString(tokens.incrementAndGet()),
                () -> "");
        receipts = new RedisReceipts(script, Clock.systemUTC());
        return new RedisLimiter(script);
    }

    /** With calls that lie an hour ahead. */
    private void fill(String key, int calls) {
        long ahead = Instant.now().plus(Duration.ofHours(1)).toEpochMilli() * 1000;
        for (int from = 0; from < calls; from += ADDED_AT_ONCE) {
            Request add = Request.cmd(Command.ZADD).arg(key);
            for (int call = from; call < Math.min(calls, from + ADDED_AT_ONCE); call++) {
                add.arg(ahead + call).arg("other-" + call);
            }
            link.call(add);
        }
    }

    /** A call that may leave at once, and its end: three questions, to be let in, to leave, and to end the receipt. */
    @Benchmark
    public Permit acquireAndDepart() {
        Granted permit = (Granted) roomy.acquire(Limiters.ONE, Lane.INTERACTIVE, Duration.ofSeconds(5));
        Permit departed = roomy.depart(permit, Purchases.next());
        if (departed instanceof Permit.Departed call) {
            receipts.settle(call, new CallOutcome.NotBilled());
        }
        return departed;
    }

    /** A place in a line of others, and out of it again: two questions. */
    @Benchmark
    public void lineUpAndLeave() {
        full.release((Granted) full.acquire(Limiters.ONE, Lane.INTERACTIVE, Duration.ofDays(2)));
    }

    /** One round trip with nothing in it. */
    @Benchmark
    public Response ping() {
        return link.call(Request.cmd(Command.PING));
    }

    /** One round trip with a look-up in it. */
    @Benchmark
    public Response get() {
        return link.call(Request.cmd(Command.GET).arg("plain"));
    }

    /** Says what the server itself spent on each command, which no network blurs. */
    @TearDown
    public void stop() {
        String used = link.call(Request.cmd(Command.INFO).arg("commandstats")).toString();
        used.lines()
                .filter(line -> line.matches("cmdstat_(evalsha|get|ping):.*"))
                .forEach(System.out::println);
        clients.close();
        server.close();
    }
}
