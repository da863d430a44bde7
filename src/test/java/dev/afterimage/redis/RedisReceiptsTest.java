package dev.afterimage.redis;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static dev.afterimage.testing.Limiters.ONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipt;
import dev.afterimage.limit.Receipts;
import dev.afterimage.limit.Receipts.ReceiptRules;
import dev.afterimage.limit.ReceiptsContract;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.MemoryImageStore;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Purchases;
import dev.afterimage.testing.RedisProcess;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RedisReceiptsTest extends ReceiptsContract {

    private static final Duration LONGEST_CALL = Duration.ofSeconds(30);
    private static final Limits LIMITS = new Limits(100, Duration.ofSeconds(1), OptionalInt.empty(), 1, LONGEST_CALL);
    private static final Purchase PURCHASE = Purchases.of(new ImageKey("cd".repeat(32)));

    @AutoClose
    private final RedisClients clients = new RedisClients();

    private final RedisLink link = clients.link(RedisProcess.shared().url());
    private final MutableClock clock = new MutableClock();

    @Override
    protected Fleet fleet(Limits limits, ReceiptRules rules) {
        RedisLink own = new RedisLink(
                clients.client(RedisProcess.shared().url()), clients.settings(), clock::nanoTime, duration -> {});
        LimiterScript script = clients.script(own, limits, rules, () -> Long.toString(clock.nanoTime() / 1000));
        return new Fleet(new RedisLimiter(script), new RedisReceipts(script, clock));
    }

    private Fleet fleet() {
        return fleet(LIMITS, Limiters.RULES);
    }

    /** Also shortens the keys' time to live, which the server counts by its own clock. */
    @Override
    protected void advance(Duration step) {
        clock.advance(step);
        clients.age(link, step);
    }

    @Override
    protected Instant now() {
        return clock.instant();
    }

    private static Departed bought(Fleet fleet, Purchase purchase) {
        ProviderLimiter limiter = fleet.limiter();
        return (Departed) limiter.depart((Granted) limiter.acquire(ONE, Lane.BULK, Duration.ZERO), purchase);
    }

    private void flush() {
        clients.forget(link);
    }

    private String state(String field) {
        return link.call(Request.cmd(Command.HGET)
                        .arg(clients.prefix + ":{limiter}:state")
                        .arg(field))
                .toString();
    }

    @Test
    void livingHolderRestoresItsReceiptAfterAFlush() {
        Fleet one = fleet();
        Fleet other = fleet();
        Departed call = bought(one, PURCHASE);
        advance(Duration.ofSeconds(3));
        flush();

        assertThat(one.receipts().hold(call)).isEqualTo(Receipts.Holding.HELD);

        assertThat(other.receipts().refusal(PURCHASE))
                .hasValueSatisfying(refused -> assertThat(refused.state()).isEqualTo(Receipt.State.OPEN));
        assertThat(other.limiter().acquire(ONE, Lane.INTERACTIVE, Duration.ofSeconds(20)))
                .isInstanceOf(Permit.Denied.class);
    }

    @Test
    void unknownOutcomeAfterAFlushStillCountsAsAPurchase() {
        Fleet fleet = fleet();
        Departed call = bought(fleet, PURCHASE);
        advance(Duration.ofSeconds(10));
        flush();

        Receipts.Settlement settlement = fleet.receipts().settle(call, new CallOutcome.Unknown("silence", false));

        assertThat(settlement.nextPurchase()).contains(LONGEST_CALL.minusSeconds(10));
        assertThat(fleet.receipts().find(PURCHASE.key())).hasValueSatisfying(receipt -> {
            assertThat(receipt.state()).isEqualTo(Receipt.State.UNKNOWN);
            assertThat(receipt.purchases()).isEqualTo(1);
            assertThat(receipt.template()).isEqualTo("card");
        });
    }

    @Test
    void anImageThatWasPaidForBeforeAFlushIsKnownAfterIt() {
        Fleet fleet = fleet();
        Departed call = bought(fleet, PURCHASE);
        flush();

        fleet.receipts().settle(call, new CallOutcome.Image(now()));

        assertThat(fleet.receipts().refusal(PURCHASE))
                .hasValueSatisfying(refused -> assertThat(refused.state()).isEqualTo(Receipt.State.IMAGE));
    }

    @Test
    void aDeleteAfterAFlushIsNotedForTheCallThatIsUnderWay() {
        Fleet fleet = fleet();
        Departed call = bought(fleet, PURCHASE);
        advance(Duration.ofSeconds(1));
        flush();
        fleet.receipts().noteDeleted(PURCHASE.key(), Purchases.PERIOD);

        assertThat(fleet.receipts().hold(call)).isEqualTo(Receipts.Holding.DELETED);
    }

    @Test
    void flushDuringTheEpochCheckIsCheckedAgain() {
        bought(fleet(), PURCHASE);
        MemoryImageStore flushing = new MemoryImageStore() {
            private int reads;

            @Override
            public Optional<String> note(String name) {
                Optional<String> known = super.note(name);
                if (reads++ == 0) {
                    flush();
                }
                return known;
            }
        };
        flushing.note(LimiterScript.NOTE, state("epoch"));
        RedisLink own = new RedisLink(
                clients.client(RedisProcess.shared().url()), clients.settings(), clock::nanoTime, duration -> {});
        LimiterScript script = new LimiterScript(
                own,
                clients.prefix,
                AccountLimits.of(LIMITS),
                Limiters.RULES,
                LONGEST_CALL,
                flushing,
                () -> UUID.randomUUID().toString(),
                () -> Long.toString(clock.nanoTime() / 1000));
        flush();

        assertThatThrownBy(() -> new RedisLimiter(script).acquire(ONE, Lane.BULK, Duration.ZERO))
                .isInstanceOf(FleetUnavailableException.class);
        assertThat(new RedisLimiter(script).acquire(ONE, Lane.BULK, Duration.ZERO))
                .isEqualTo(new Permit.Denied(LONGEST_CALL, Permit.Reason.COOL_DOWN));
    }

    @Test
    void concurrentEpochChecksAgree() {
        Fleet one = fleet();
        Fleet other = fleet();
        bought(one, PURCHASE);
        flush();

        assertThat(one.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Permit.Denied.class);
        assertThat(other.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Permit.Denied.class);
        assertThat(clients.store.note(LimiterScript.NOTE)).contains(state("epoch"));
    }

    @Test
    void newerReceiptFormatStopsPurchasesWithAMessage() {
        Fleet fleet = fleet();
        bought(fleet, PURCHASE);
        link.call(Request.cmd(Command.HSET)
                .arg(clients.prefix + ":{limiter}:state")
                .arg("format")
                .arg("2"));

        assertThatThrownBy(() -> fleet.limiter().acquire(ONE, Lane.INTERACTIVE, Duration.ZERO))
                .isInstanceOf(FleetUnavailableException.class)
                .hasMessageContaining("newer version");
    }

    @Test
    void startedProcessProbesARefusedKeyAtOnce() {
        Fleet running = fleet();
        bought(running, Purchases.next());
        running.limiter().stop(DEFAULT_ACCOUNT, LaneStop.Reason.ACCESS_REFUSED);

        assertThat(running.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Permit.Stopped.class);
        Fleet started = fleet();
        assertThat(started.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Granted.class);
        assertThat(started.limiter().acquire(ONE, Lane.BULK, Duration.ZERO)).isInstanceOf(Permit.Stopped.class);
    }

    /** On Lambda processes start all the time. */
    @Test
    void startedProcessWaitsBeforeProbingAnEmptyAccount() {
        fleet().limiter().stop(DEFAULT_ACCOUNT, LaneStop.Reason.OUT_OF_CREDITS);

        assertThat(fleet().limiter().acquire(ONE, Lane.INTERACTIVE, Duration.ZERO))
                .isInstanceOf(Permit.Stopped.class);
    }
}
