package dev.afterimage.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.testing.Webhooks;
import dev.afterimage.time.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class ProviderWebhooksTest {

    private static final ImageKey KEY = new ImageKey("ab".repeat(32));
    private static final ImageKey OTHER = new ImageKey("cd".repeat(32));
    private static final Duration EVERY = Duration.ofSeconds(2);

    private final ProviderWebhooks webhooks = Webhooks.on();
    private final List<Duration> waited = new ArrayList<>();

    /** Waits for nobody: either it rang before, or the time is over. */
    private final Pause pause = new Pause() {
        @Override
        public void await(Duration duration) {
            waited.add(duration);
        }

        @Override
        public boolean acquire(Semaphore semaphore, int permits, Duration atMost) {
            boolean rang = semaphore.tryAcquire(permits);
            if (!rang) {
                waited.add(atMost);
            }
            return rang;
        }
    };

    private static String signature(String url) {
        return url.substring(url.lastIndexOf('/') + 1);
    }

    @Test
    void webhookAddressIsPerImageAndUnguessable() {
        String url = webhooks.url(KEY).orElseThrow();

        assertThat(url).startsWith(Webhooks.BASE + "/v1/provider-webhooks/" + KEY + "/");
        assertThat(signature(url)).hasSize(43);
        assertThat(webhooks.isOurs(KEY, signature(url))).isTrue();
        assertThat(webhooks.isOurs(OTHER, signature(url))).isFalse();
        assertThat(webhooks.isOurs(KEY, "")).isFalse();
        assertThat(Webhooks.on("another secret of thirty-two bytes").isOurs(KEY, signature(url)))
                .isFalse();
    }

    @Test
    void withoutASecretThereAreNoWebhooks() throws InterruptedException {
        ProviderWebhooks none = ProviderWebhooks.none();

        assertThat(none.url(KEY)).isEmpty();
        assertThat(none.isOurs(KEY, "")).isFalse();
        try (ProviderWebhooks.Subscription calls = none.listen(KEY)) {
            assertThat(none.wake(KEY)).isFalse();
            calls.await(EVERY, pause);
        }
        assertThat(waited).containsExactly(EVERY);
    }

    @Test
    void wakeUpBetweenTwoWaitsEndsOnlyTheNextOne() throws InterruptedException {
        try (ProviderWebhooks.Subscription calls = webhooks.listen(KEY)) {
            assertThat(webhooks.wake(KEY)).isTrue();
            assertThat(webhooks.wake(KEY)).isTrue();
            assertThat(webhooks.wake(OTHER)).isFalse();
            calls.await(EVERY, pause);
            assertThat(waited).isEmpty();
            calls.await(EVERY, pause);
        }
        assertThat(waited).containsExactly(EVERY);
        assertThat(webhooks.wake(KEY)).isFalse();
    }
}
