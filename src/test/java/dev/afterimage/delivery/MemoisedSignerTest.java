package dev.afterimage.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.TestImages;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MemoisedSignerTest {

    private static final Instant NOW = Instant.parse("2025-03-01T10:00:00Z");

    private final MutableClock clock = new MutableClock(NOW);
    private final ExpiryWindow window = new ExpiryWindow(Duration.ofHours(1), clock);
    private final AtomicInteger signatures = new AtomicInteger();
    private final UrlSigner counting =
            entry -> new SignedUrl("https://cdn.example/" + signatures.incrementAndGet(), window.expiryOf(entry.key()));
    private final MemoisedSigner signer = new MemoisedSigner(counting, window, 100);

    @Test
    void anImageIsSignedOnceAWindow() {
        clock.advanceTo(window.endOf(window.expiryOf(TestImages.key(1))));
        SignedUrl first = signer.sign(image(1, NOW));
        clock.advance(Duration.ofMinutes(59));
        assertThat(signer.sign(image(1, NOW))).isEqualTo(first);
        assertThat(signatures).hasValue(1);
    }

    @Test
    void theNextWindowBringsANewUrl() {
        SignedUrl first = signer.sign(image(1, NOW));
        clock.advance(Duration.ofHours(1));
        SignedUrl second = signer.sign(image(1, NOW));
        assertThat(second.url()).isNotEqualTo(first.url());
        assertThat(second.expiresAt()).isEqualTo(first.expiresAt().plus(Duration.ofHours(1)));
    }

    @Test
    void regeneratedImageHasANewUrl() {
        SignedUrl first = signer.sign(image(1, NOW));
        assertThat(signer.sign(image(1, NOW.plusMillis(1)))).isNotEqualTo(first);
    }

    @Test
    void anotherImageHasAnotherUrl() {
        assertThat(signer.sign(image(1, NOW))).isNotEqualTo(signer.sign(image(2, NOW)));
    }

    @Test
    void concurrentCallersShareOneSignature() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newFixedThreadPool(16)) {
            for (int caller = 0; caller < 16; caller++) {
                callers.submit(() -> {
                    start.await();
                    return signer.sign(image(1, NOW));
                });
            }
            start.countDown();
        }
        assertThat(signatures).hasValue(1);
    }

    @Test
    void numberOfKeptUrlsIsBounded() {
        MemoisedSigner small = new MemoisedSigner(counting, window, 10);
        for (int number = 0; number < 1000; number++) {
            small.sign(image(number, NOW));
        }
        assertThat(small.remembered()).isLessThanOrEqualTo(10);
    }

    @Test
    void urlOfTemporaryCredentialsIsSignedAnewEveryFiveMinutes() {
        MemoisedSigner renewing = MemoisedSigner.renewing(counting, window, 100, clock);
        SignedUrl first = renewing.sign(image(1, NOW));
        clock.advance(Duration.ofMinutes(5).minusMillis(1));
        assertThat(renewing.sign(image(1, NOW))).isEqualTo(first);

        clock.advance(Duration.ofMillis(1));
        assertThat(renewing.sign(image(1, NOW))).isNotEqualTo(first);
    }

    @Test
    void urlThatEndsSoonIsSignedAnewBeforeItEnds() {
        Duration left = Duration.ofMinutes(4);
        MemoisedSigner renewing = MemoisedSigner.renewing(
                entry -> new SignedUrl("https://s3.example/", clock.instant().plus(left)), window, 100, clock);
        SignedUrl first = renewing.sign(image(1, NOW));
        clock.advance(Duration.ofSeconds(119));
        assertThat(renewing.sign(image(1, NOW))).isEqualTo(first);

        clock.advance(Duration.ofSeconds(1));
        assertThat(renewing.sign(image(1, NOW)).expiresAt())
                .isEqualTo(clock.instant().plus(left));
    }

    @Test
    void urlThatHasEndedIsNotRemembered() {
        MemoisedSigner renewing = MemoisedSigner.renewing(
                entry -> new SignedUrl("https://s3.example/" + signatures.incrementAndGet(), NOW.minusSeconds(9)),
                window,
                100,
                clock);

        assertThat(renewing.sign(image(1, NOW))).isNotEqualTo(renewing.sign(image(1, NOW)));
    }

    private static IndexEntry image(int number, Instant createdAt) {
        return TestImages.entry(TestImages.key(number), createdAt, 64);
    }
}
