package dev.afterimage.local;

import static dev.afterimage.testing.Limiters.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Receipt;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Permitted;
import dev.afterimage.testing.Purchases;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is known of calls over a restart of the one process of a laptop. */
class SqliteReceiptsTest {

    private static final ImageKey KEY = new ImageKey("ab".repeat(32));
    private static final ImageKey OTHER = new ImageKey("cd".repeat(32));

    @RegisterExtension
    final OpenDatabase database = new OpenDatabase();

    private final MutableClock clock = new MutableClock(Instant.parse("2026-03-01T00:00:00Z"));

    private MemoryLimiter limiter() {
        return new MemoryLimiter(
                AccountLimits.of(Permitted.WIDE),
                Limiters.RULES,
                clock::nanoTime,
                clock,
                new SqliteReceipts(database.get(), clock));
    }

    private MemoryLimiter restarted() {
        database.reopen();
        return limiter();
    }

    private static Permit depart(MemoryLimiter limiter) {
        Permit.Granted permit = (Permit.Granted) limiter.acquire(ONE, Lane.BULK, Duration.ZERO);
        return limiter.depart(permit, Purchases.of(KEY));
    }

    @Test
    void openReceiptSurvivesARestart() {
        depart(limiter());

        assertThat(depart(restarted()))
                .isInstanceOfSatisfying(
                        Permit.Refused.class,
                        refused -> assertThat(refused.state()).isEqualTo(Receipt.State.OPEN));
    }

    @Test
    void providersJobOfADeletedKeyIsNotResumedAfterARestart() {
        MemoryLimiter before = limiter();
        before.keepTicket((Permit.Departed) depart(before), "job-7");
        before.noteDeleted(KEY, Purchases.PERIOD);

        MemoryLimiter after = restarted();

        assertThat(after.resume(Purchases.of(KEY), Lane.BULK)).isEmpty();
        clock.advance(Permitted.WIDE.longestCall());
        assertThat(depart(after)).isInstanceOf(Permit.Departed.class);
    }

    @Test
    void imageReceiptSurvivesARestart() {
        MemoryLimiter before = limiter();
        before.settle((Permit.Departed) depart(before), new CallOutcome.Image(clock.instant()));

        assertThat(restarted().refusal(Purchases.of(KEY))).hasValueSatisfying(refused -> {
            assertThat(refused.state()).isEqualTo(Receipt.State.IMAGE);
            assertThat(refused.made()).isEqualTo(clock.instant());
        });
    }

    @Test
    void expiredRowIsRemovedWhileTheProcessRuns() {
        MemoryLimiter limiter = limiter();
        limiter.settle((Permit.Departed) depart(limiter), new CallOutcome.Image(clock.instant()));
        Instant before = clock.instant();
        clock.advance(Duration.ofHours(1));

        limiter.noteDeleted(OTHER, Purchases.PERIOD);

        // Read by an earlier clock, because reading leaves out what has expired.
        assertThat(new SqliteReceipts(database.get(), Clock.fixed(before, ZoneOffset.UTC)).load())
                .extracting(entry -> entry.receipt().key())
                .containsExactly(OTHER);
    }
}
