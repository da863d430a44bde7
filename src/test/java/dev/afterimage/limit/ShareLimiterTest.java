package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShareLimiterTest {

    private static final Limits SHARE =
            new Limits(1, Duration.ofSeconds(1), OptionalInt.empty(), 1, Duration.ofSeconds(20));

    private final MutableClock clock = new MutableClock();
    private final ShareLimiter share = new ShareLimiter(SHARE, clock::nanoTime);

    @BeforeEach
    void useUpTheShare() {
        Granted permit = (Granted) share.acquire(Lane.INTERACTIVE, Duration.ZERO);
        assertThat(share.depart(permit)).isInstanceOf(Granted.class);
    }

    @Test
    void whoWaitsForAStartComesAgainSoonAndLooksForTheFleetsLimiter() {
        assertThat(share.acquire(Lane.INTERACTIVE, SHARE.slotTime()))
                .isEqualTo(new Denied(ShareLimiter.LONGEST_RETRY, Reason.RATE));
    }

    @Test
    void whoWouldNotWaitThatLongIsToldTheWholeWait() {
        assertThat(share.acquire(Lane.INTERACTIVE, SHARE.slotTime().minusMillis(1)))
                .isEqualTo(new Denied(SHARE.slotTime(), Reason.RATE));
    }

    @Test
    void aStartThatIsNearIsGiven() {
        clock.advance(SHARE.slotTime().minus(ShareLimiter.LONGEST_RETRY));

        assertThat(share.acquire(Lane.INTERACTIVE, Duration.ofSeconds(30)))
                .isInstanceOfSatisfying(
                        Granted.class, granted -> assertThat(granted.startsIn()).isEqualTo(ShareLimiter.LONGEST_RETRY));
    }
}
