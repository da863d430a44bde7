package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.delivery.ExpiryWindow;
import dev.afterimage.delivery.MemoisedSigner;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

/** Health is open to all, so that asking often must not cost much. */
class CachedHealthTest {

    private final MutableClock clock = MutableClock.atSomeTime();
    private final AtomicInteger checks = new AtomicInteger();

    @Test
    void anAnswerIsGivenAgainForAWhile() {
        HealthCheck check = HealthChecks.cached(
                "disk", () -> checks.incrementAndGet() == 1 ? Optional.of("full") : Optional.empty(), clock::nanoTime);

        assertThat(check.call().getStatus()).isEqualTo(Status.DOWN);
        clock.advance(HealthChecks.REUSED_FOR.minusNanos(1));
        assertThat(check.call().getStatus()).isEqualTo(Status.DOWN);
        assertThat(checks).hasValue(1);

        clock.advance(Duration.ofNanos(1));
        assertThat(check.call().getStatus()).isEqualTo(Status.UP);
        assertThat(checks).hasValue(2);
    }

    @Test
    void theSameUrlIsSignedEachTime() {
        ExpiryWindow window = new ExpiryWindow(Duration.ofDays(1), clock);
        MemoisedSigner signer = new MemoisedSigner(
                entry -> new SignedUrl("https://cdn.example/" + checks.incrementAndGet(), window.expiryOf(entry.key())),
                window,
                100);

        for (int i = 0; i < 10; i++) {
            assertThat(HealthChecks.signingDefect(() -> signer)).isEmpty();
            clock.advance(Duration.ofSeconds(3));
        }

        assertThat(checks.get()).as("at most one in each of two windows").isLessThanOrEqualTo(2);
    }
}
