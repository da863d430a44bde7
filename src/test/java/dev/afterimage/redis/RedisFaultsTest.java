package dev.afterimage.redis;

import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.Receipts;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.testing.FaultProxy;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.MemoryImageStore;
import dev.afterimage.testing.Purchases;
import dev.afterimage.testing.RedisProcess;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Redis and its network failing in every way. */
@Timeout(120)
class RedisFaultsTest {

    private static final Duration TIMEOUT = Duration.ofMillis(600);
    private static final Duration REST = Duration.ofMillis(200);
    private static final int POOL = 16;

    @AutoClose
    private final RedisClients clients = new RedisClients();

    @AutoClose
    private final RedisProcess server = RedisProcess.start();

    private final RedisLink direct = clients.link(server.url());

    @AutoClose
    private FaultProxy proxy;

    private Redis client;
    private RedisLink link;
    private ImageIndex index;

    @BeforeEach
    void connect() throws Exception {
        proxy = FaultProxy.before("127.0.0.1", server.port());
        client = clients.client("redis://127.0.0.1:" + proxy.port());
        link = link(5);
        index = new RedisImageIndex(link, settings(5));
        // A new client on a busy machine may need longer for its first answer than this test wants to wait for later
        // ones.
        new RedisLink(client, clients.settings(), System::nanoTime, duration -> {}).call(Request.cmd(Command.PING));
    }

    private RedisConfig settings(int restAfter) {
        return new RedisClients.Settings(clients.prefix, TIMEOUT, restAfter, REST);
    }

    private RedisLink link(int restAfter) {
        return new RedisLink(client, settings(restAfter), System::nanoTime, duration -> {});
    }

    private static IndexEntry anEntry() {
        return entry(key(1), Clock.systemUTC().instant(), 10);
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static void assertUnavailable(CompletionStage<?> stage) {
        assertThatThrownBy(() -> join(stage)).hasCauseInstanceOf(CacheUnavailableException.class);
    }

    private boolean answers() {
        try {
            join(index.find(key(1)));
            return true;
        } catch (CompletionException gone) {
            return false;
        }
    }

    private static void eventually(BooleanSupplier condition) {
        eventually(condition, Duration.ofSeconds(30));
    }

    private static void eventually(BooleanSupplier condition, Duration within) {
        long end = System.nanoTime() + within.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    private static Duration timed(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Test
    void cutConnectionIsAMissAndThenRecovers() {
        join(index.put(anEntry()));
        proxy.cut();
        assertUnavailable(index.find(key(1)));

        proxy.pass();

        eventually(this::answers);
        assertThat(join(index.find(key(1)))).isPresent();
    }

    @Test
    void resetConnectionIsAMissAndThenRecovers() {
        join(index.put(anEntry()));
        proxy.reset();
        assertUnavailable(index.find(key(1)));

        proxy.pass();

        eventually(this::answers);
    }

    @Test
    void silentServerIsGivenUpAfterTheTimeout() {
        join(index.put(anEntry()));
        proxy.blackHole();

        Duration taken = timed(() -> assertUnavailable(index.find(key(1))));

        assertThat(taken).isBetween(TIMEOUT, TIMEOUT.multipliedBy(20));
    }

    /** One request looks up the version, the image, the quota and the pending key. */
    @Test
    void severalCommandsInARowWaitAboutOneTimeoutForASilentServer() {
        join(index.put(anEntry()));
        proxy.blackHole();

        Duration taken = timed(() -> {
            for (int question = 0; question < 5; question++) {
                assertUnavailable(index.find(key(1)));
            }
        });

        assertThat(taken).as("a time-out each").isLessThan(TIMEOUT.multipliedBy(5));
    }

    @Test
    void aListOfManyReceiptsTakesAFewRoundTrips() {
        Limits limits = new Limits(1000, Duration.ofSeconds(1), OptionalInt.empty(), 1, Duration.ofSeconds(20));
        LimiterScript script = clients.script(link, limits, Limiters.RULES, () -> "");
        ProviderLimiter limiter = new RedisLimiter(script);
        for (int call = 0; call < 250; call++) {
            Permit.Granted permit = (Permit.Granted) limiter.acquire(Limiters.ONE, Lane.BULK, Duration.ZERO);
            assertThat(limiter.depart(permit, Purchases.next())).isInstanceOf(Permit.Departed.class);
        }
        Duration latency = Duration.ofMillis(30);
        proxy.slow(latency);
        Receipts receipts = new RedisReceipts(script, Clock.systemUTC());

        Duration taken = timed(() -> assertThat(receipts.list()).hasSize(250));

        assertThat(taken).as("a round trip each").isLessThan(latency.multipliedBy(250));
    }

    @Test
    void slowServerIsGivenUpAfterTheTimeout() {
        join(index.put(anEntry()));
        proxy.slow(TIMEOUT.multipliedBy(2));

        assertUnavailable(index.find(key(1)));
        proxy.pass();

        eventually(this::answers);
    }

    @Test
    void afterFailuresInARowCommandsFailAtOnce() {
        proxy.blackHole();
        List<CompletionStage<?>> failing = new ArrayList<>();
        for (int question = 0; question < 5; question++) {
            failing.add(index.find(key(1)));
        }
        failing.forEach(RedisFaultsTest::assertUnavailable);
        int connections = proxy.connections();

        Duration taken = timed(() -> {
            for (int question = 0; question < 50; question++) {
                assertUnavailable(index.find(key(1)));
            }
        });

        assertThat(taken).as("a time-out each").isLessThan(TIMEOUT.multipliedBy(50));
        assertThat(proxy.connections() - connections).isLessThan(5);
    }

    @Test
    void silentlyDroppedConnectionsAreNotReused() {
        RedisLink persistent = link(Integer.MAX_VALUE);
        ImageIndex asked = new RedisImageIndex(persistent, settings(Integer.MAX_VALUE));
        join(asked.put(anEntry()));
        proxy.blackHole();
        List<CompletionStage<?>> failing = new ArrayList<>();
        for (int question = 0; question < 3 * POOL; question++) {
            failing.add(asked.find(key(1)));
        }
        failing.forEach(RedisFaultsTest::assertUnavailable);

        // The old connections stay open and lose everything; only new ones reach the server.
        proxy.passNewConnections();

        eventually(() -> catchThrowable(() -> join(asked.find(key(1)))) == null, TIMEOUT.multipliedBy(POOL));
        for (int question = 0; question < 3 * POOL; question++) {
            assertThat(join(asked.find(key(1)))).isPresent();
        }
    }

    @Test
    void aServerThatIsOutOfMemoryStillAnswersHits() {
        join(index.put(anEntry()));
        direct.call(Request.cmd(Command.CONFIG).arg("SET").arg("maxmemory").arg("1"));

        assertUnavailable(index.put(entry(key(2), Clock.systemUTC().instant(), 10)));
        assertThat(join(index.find(key(1)))).isPresent();

        direct.call(Request.cmd(Command.CONFIG).arg("SET").arg("maxmemory").arg("0"));
        join(index.put(entry(key(2), Clock.systemUTC().instant(), 10)));
    }

    @Test
    void demotedServerIsLeftForTheNewPrimary() {
        join(index.put(anEntry()));
        int connections = proxy.connections();
        direct.call(Request.cmd(Command.CONFIG)
                .arg("SET")
                .arg("replica-serve-stale-data")
                .arg("yes"));
        direct.call(Request.cmd(Command.REPLICAOF).arg("127.0.0.1").arg("1"));

        assertUnavailable(index.put(anEntry()));
        direct.call(Request.cmd(Command.REPLICAOF).arg("NO").arg("ONE"));

        join(index.put(anEntry()));
        assertThat(proxy.connections()).isGreaterThan(connections);
    }

    @Test
    void aServerThatLoadsItsDataIsAMiss() {
        direct.call(Request.cmd(Command.CONFIG)
                .arg("SET")
                .arg("replica-serve-stale-data")
                .arg("no"));
        direct.call(Request.cmd(Command.REPLICAOF).arg("127.0.0.1").arg("1"));

        assertUnavailable(index.find(key(1)));

        direct.call(Request.cmd(Command.REPLICAOF).arg("NO").arg("ONE"));
        eventually(this::answers);
    }

    @Test
    void aServerThatIsStartedAgainIsUsedAgain() {
        join(index.put(anEntry()));
        server.stop();
        assertUnavailable(index.find(key(1)));

        server.restart();

        eventually(this::answers);
        assertThat(join(index.find(key(1)))).isEqualTo(Optional.empty());
    }

    private FlightLeases leases() {
        return new RedisFlightLeases(
                link,
                settings(5),
                Duration.ofSeconds(5),
                () -> UUID.randomUUID().toString(),
                Clock.systemUTC(),
                duration -> {},
                new Random(1));
    }

    @Test
    void oneLateAnswerDoesNotCutOffAnInstanceFromTheFleetsLeases() {
        join(index.put(anEntry()));
        proxy.passNewConnections();
        // The client's pool reuses a connection that loses everything once more.
        assertUnavailable(index.find(key(2)));

        assertThat(leases().take(key(1), Lane.INTERACTIVE)).isPresent();
        assertThat(leases().take(key(1), Lane.INTERACTIVE)).isEmpty();
    }

    @Test
    void everyAdapterThrowsItsPortsOwnException() {
        Limits limits = new Limits(10, Duration.ofSeconds(1), OptionalInt.empty(), 1, Duration.ofSeconds(20));
        LimiterScript script = clients.script(link, limits, Limiters.RULES, () -> "");
        ProviderLimiter limiter = new RedisLimiter(script);
        Receipts receipts = new RedisReceipts(script, Clock.systemUTC());
        FlightLeases leases = leases();
        CreditBudget budget = budget(OptionalLong.of(5));
        RedisCallerQuota quota = new RedisCallerQuota(link, settings(5).prefix(), OptionalInt.of(5), () -> "");
        ImageKey key = key(1);
        proxy.cut();

        assertThatThrownBy(() -> limiter.acquire(Limiters.ONE, Lane.BULK, Duration.ZERO))
                .isInstanceOf(FleetUnavailableException.class);
        assertThatThrownBy(limiter::status).isInstanceOf(FleetUnavailableException.class);
        assertThatThrownBy(() -> receipts.refusal(Purchases.next())).isInstanceOf(FleetUnavailableException.class);
        assertThatThrownBy(() -> receipts.find(key)).isInstanceOf(FleetUnavailableException.class);
        assertThatThrownBy(receipts::list).isInstanceOf(FleetUnavailableException.class);
        assertThatThrownBy(() -> quota.spend(new Caller("ann"))).isInstanceOf(FleetUnavailableException.class);
        assertThatThrownBy(() -> leases.take(key, Lane.INTERACTIVE)).isInstanceOf(FleetUnavailableException.class);
        assertThatThrownBy(() -> leases.isHeld(key, Lane.INTERACTIVE)).isInstanceOf(FleetUnavailableException.class);
        assertThatThrownBy(() -> budget.reserve(ONE)).isInstanceOf(FleetUnavailableException.class);
        assertUnavailable(index.findAll(List.of(key)));
        assertUnavailable(index.remove(key));
    }

    @Test
    void unlimitedBudgetAlsoFailsWithoutRedis() {
        CreditBudget budget = budget(OptionalLong.empty());
        budget.reserve(ONE);
        proxy.cut();

        assertThatThrownBy(() -> budget.reserve(ONE)).isInstanceOf(FleetUnavailableException.class);
    }

    private static final CreditBudget.Charge ONE = new CreditBudget.Charge("default", "card", "ada", 1);

    private CreditBudget budget(OptionalLong limit) {
        return new RedisCreditBudget(
                link,
                settings(5),
                CreditBudget.Budgets.of(limit),
                new MemoryImageStore(),
                () -> UUID.randomUUID().toString(),
                Clock.systemUTC());
    }
}
