package dev.afterimage.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipts;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MutableClock;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CallSettlerTest {

    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-24T12:00:00Z"));
    private final List<CallOutcome> told = new ArrayList<>();

    /** Cannot be reached the first time. */
    private final Receipts receipts = (Receipts) Proxy.newProxyInstance(
            Receipts.class.getClassLoader(), new Class<?>[] {Receipts.class}, (proxy, method, arguments) -> {
                told.add((CallOutcome) arguments[1]);
                if (told.size() == 1) {
                    throw new FleetUnavailableException("gone", null);
                }
                return new Receipts.Settlement(false, Optional.empty());
            });

    /** Or the time without Redis would be taken for the provider's latency. */
    @Test
    void imageWhoseReceiptCannotBeEndedAtOnceIsLate() {
        Duration day = Duration.ofDays(1);
        CallSettler settler = new CallSettler(receipts, day, clock, new FakePause(clock), Runnable::run);
        Permit.Departed call = new Permit.Departed(
                "token", Lane.INTERACTIVE, Purchase.of(Jobs.bulk(1).key(), Jobs.request(1), day), clock.instant(), day);

        settler.settle(call, new CallOutcome.Image(clock.instant()));

        assertThat(told)
                .containsExactly(new CallOutcome.Image(call.at(), false), new CallOutcome.Image(call.at(), true));
    }
}
