package dev.afterimage.redis;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static dev.afterimage.testing.Limiters.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.ProviderLimiterContract;
import dev.afterimage.limit.Receipts;
import dev.afterimage.limit.SimulatedFleet;
import dev.afterimage.limit.SimulatedFleet.Temper;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.RedisProcess;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisLimiterTest extends ProviderLimiterContract {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Limits LIMITS = new Limits(4, SECOND, OptionalInt.empty(), 1, Duration.ofSeconds(20));
    private static final Duration NOW_OR_NEVER = Duration.ZERO;

    @AutoClose
    private final RedisClients clients = new RedisClients();

    private final RedisLink link = clients.link(RedisProcess.shared().url());
    private final MutableClock clock = new MutableClock();
    private SimulatedFleet.Parts latest = parts(LIMITS, clock::nanoTime);

    @Override
    protected ProviderLimiter limiter(AccountLimits limits) {
        latest = parts(limits, clock::nanoTime);
        return latest.limiter();
    }

    @Override
    protected Receipts receipts() {
        return latest.receipts();
    }

    private SimulatedFleet.Parts parts(Limits limits, LongSupplier nanoTime) {
        return parts(AccountLimits.of(limits), nanoTime);
    }

    private SimulatedFleet.Parts parts(AccountLimits limits, LongSupplier nanoTime) {
        RedisLink ownLink = new RedisLink(
                clients.client(RedisProcess.shared().url()), clients.settings(), nanoTime, duration -> {});
        LimiterScript script =
                clients.script(ownLink, limits, Limiters.RULES, () -> Long.toString(nanoTime.getAsLong() / 1000));
        return new SimulatedFleet.Parts(new RedisLimiter(script), new RedisReceipts(script, clock));
    }

    @Override
    protected void advance(Duration step) {
        clock.advance(step);
    }

    private static int leave(ProviderLimiter limiter) {
        int left = 0;
        while (limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER) instanceof Granted granted
                && depart(limiter, granted) instanceof Departed) {
            left++;
        }
        return left;
    }

    @Test
    void instancesShareOneLimit() {
        ProviderLimiter one = limiter(LIMITS);
        ProviderLimiter other = limiter(LIMITS);

        assertThat(leave(one)).isEqualTo(4);
        assertThat(leave(other)).isZero();
        other.coolDown(DEFAULT_ACCOUNT, Duration.ofSeconds(9));
        assertThat(one.status().coolDownLeft()).isEqualTo(Duration.ofSeconds(9));
    }

    /** A restart may bring a new key, so the first call of a process may probe at once; its polls may not. */
    @Test
    void aPollOfANewProcessLeavesItTheProbeOfARefusedKey() {
        limiter(LIMITS).stop(DEFAULT_ACCOUNT, LaneStop.Reason.ACCESS_REFUSED);
        ProviderLimiter restarted = limiter(LIMITS);

        assertThat(restarted.acquirePoll(DEFAULT_ACCOUNT, Lane.BULK, NOW_OR_NEVER))
                .isInstanceOf(Granted.class);

        assertThat(restarted.acquire(ONE, Lane.BULK, NOW_OR_NEVER)).isInstanceOf(Granted.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noWindowHoldsMoreCallsThanAllowedWhateverTheClientsDo(long seed) {
        Random random = new Random(seed);
        Limits limits = new Limits(
                1 + random.nextInt(30),
                SECOND,
                seed % 2 == 0 ? OptionalInt.empty() : OptionalInt.of(1 + random.nextInt(6)),
                0.5,
                Duration.ofSeconds(5));
        Temper temper = new Temper(
                Duration.ofSeconds(5),
                Duration.ofMillis(300),
                Duration.ofMillis(random.nextInt(1500)),
                Duration.ofMillis(random.nextInt(700)),
                Duration.ofMillis(4900),
                0.1,
                0.02,
                0.01);

        SimulatedFleet fleet = new SimulatedFleet(now -> parts(limits, now), temper, Duration.ofSeconds(15), seed)
                .withClients(20, Lane.INTERACTIVE)
                .withClients(10, Lane.BULK)
                .run();

        assertThat(fleet.all.mostInAnyWindow(SECOND.toNanos())).isBetween(1, limits.rate());
        assertThat(fleet.bulk.mostInAnyWindow(SECOND.toNanos())).isLessThanOrEqualTo(limits.bulkRate());
        limits.concurrency().ifPresent(most -> assertThat(fleet.mostInFlight).isLessThanOrEqualTo(most));
        limits.bulkConcurrency()
                .ifPresent(most -> assertThat(fleet.mostBulkInFlight).isLessThanOrEqualTo(most));
    }

    @ParameterizedTest
    @ValueSource(strings = {"INTERACTIVE", "BULK"})
    void clientsWhoAlwaysWaitUseTheLimit(Lane lane) {
        Limits limits = new Limits(20, SECOND, OptionalInt.empty(), 1, Duration.ofSeconds(5));
        SimulatedFleet fleet = new SimulatedFleet(
                        now -> parts(limits, now), Temper.punctual(Duration.ofSeconds(30)), Duration.ofSeconds(151), 1)
                .withClients(40, lane)
                .run();

        int used = fleet.all.between(SECOND.toNanos(), Duration.ofSeconds(151).toNanos());
        assertThat(used).isGreaterThanOrEqualTo((int) (0.97 * 20 * 150));
        assertThat(fleet.all.mostInAnyWindow(SECOND.toNanos())).isLessThanOrEqualTo(20);
    }

    @Test
    void firstStartOfAFleetHasNoPause() {
        assertThat(leave(limiter(LIMITS))).isEqualTo(4);
        assertThat(clients.store.note(LimiterScript.NOTE)).isPresent();
    }

    @Test
    void afterAFlushNothingIsBoughtUntilTheLongestForgottenCallHasEnded() {
        ProviderLimiter one = limiter(LIMITS);
        ProviderLimiter other = limiter(LIMITS);
        leave(one);
        clock.advance(LIMITS.slotTime().multipliedBy(3));
        clients.forget(RedisProcess.shared().url());

        Permit permit = one.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER);

        assertThat(permit).isEqualTo(new Denied(LIMITS.longestCall(), Reason.COOL_DOWN));
        assertThat(leave(other)).isZero();
        assertThat(leave(limiter(LIMITS))).as("of an instance that starts now").isZero();
        clock.advance(LIMITS.longestCall());
        assertThat(leave(other)).isEqualTo(4);
    }

    @Test
    void pauseBeginsWhenTheFlushIsNoticed() {
        ProviderLimiter one = limiter(LIMITS);
        leave(one);
        clients.forget(RedisProcess.shared().url());
        one.status();
        clock.advance(Duration.ofSeconds(5));

        assertThat(one.acquire(ONE, Lane.BULK, NOW_OR_NEVER))
                .isEqualTo(new Denied(LIMITS.longestCall().minusSeconds(5), Reason.COOL_DOWN));
    }

    @Test
    void slotsThatWereEvictedPauseTheFleet() {
        ProviderLimiter limiter = limiter(LIMITS);
        leave(limiter);
        link.call(Request.cmd(Command.DEL).arg(clients.prefix + ":{limiter}:departed"));

        assertThat(limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER))
                .isEqualTo(new Denied(LIMITS.slotTime(), Reason.COOL_DOWN));
    }

    @Test
    void movedDepartureIsNotTakenForAnEvictedOne() {
        ProviderLimiter limiter = limiter(LIMITS);
        Granted early = (Granted) limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER);
        Departed stamped = (Departed) depart(limiter, early);
        clock.advance(Duration.ofMillis(500));
        Granted late = (Granted) limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER);
        Departed moved = (Departed) depart(limiter, late);
        limiter.coolDown(DEFAULT_ACCOUNT, Duration.ofMillis(1));
        limiter.redepart(moved);
        clock.advance(LIMITS.slotTime().minusMillis(400));

        assertThat(leave(limiter)).isEqualTo(4);
        assertThat(stamped).isNotNull();
    }

    @Test
    void everyKeyExpiresAndCarriesTheHashTag() {
        Limits limits = new Limits(4, SECOND, OptionalInt.of(3), 0.5, Duration.ofSeconds(20));
        ProviderLimiter limiter = limiter(limits);
        depart(limiter, (Granted) limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER));
        depart(limiter, (Granted) limiter.acquire(ONE, Lane.BULK, NOW_OR_NEVER));
        limiter.acquire(ONE, Lane.INTERACTIVE, NOW_OR_NEVER);
        limiter.coolDown(DEFAULT_ACCOUNT, SECOND);

        assertThat(clients.keys(link)).hasSizeGreaterThanOrEqualTo(5).allSatisfy(key -> {
            assertThat(key).startsWith(clients.prefix + ":{limiter}:");
            assertThat(link.call(Request.cmd(Command.PTTL).arg(key)).toLong())
                    .isBetween(20_000L, Duration.ofDays(400).toMillis());
        });
    }
}
