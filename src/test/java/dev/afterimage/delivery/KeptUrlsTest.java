package dev.afterimage.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.image.ImageKey;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.TestImages;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Several instances, each with a memory of its own, and what all of them find beside the entries. */
class KeptUrlsTest {

    private static final Instant NOW = Instant.parse("2025-03-01T10:30:00Z");
    private static final ImageKey KEY = TestImages.key(1);

    private final MutableClock clock = new MutableClock(NOW);
    private final ExpiryWindow window = new ExpiryWindow(Duration.ofHours(1), clock);
    private final Map<ImageKey, String> kept = new HashMap<>();
    private final Map<ImageKey, Instant> keptUntil = new HashMap<>();
    private int signatures;

    @Test
    void anImageIsSignedOnceInTheWholeFleet() {
        SignedUrl first = instance("K1").sign(found(NOW));

        assertThat(instance("K1").sign(found(NOW))).isEqualTo(first);
        assertThat(signatures).isEqualTo(1);
    }

    @Test
    void aUrlIsKeptForAsLongAsItsWindow() {
        instance("K1").sign(found(NOW));

        assertThat(keptUntil).containsEntry(KEY, window.expiryOf(KEY).minus(Duration.ofHours(1)));
    }

    @Test
    void inANewWindowOneSignatureServesAllInstances() {
        SignedUrl former = instance("K1").sign(found(NOW));
        clock.advance(Duration.ofHours(1));

        SignedUrl next = instance("K1").sign(found(NOW));

        assertThat(next.expiresAt()).isEqualTo(former.expiresAt().plus(Duration.ofHours(1)));
        assertThat(next.url()).isNotEqualTo(former.url());
        assertThat(instance("K1").sign(found(NOW))).isEqualTo(next);
        assertThat(signatures).isEqualTo(2);
    }

    @Test
    void urlOfAnotherSigningKeyIsReplaced() {
        instance("K1").sign(found(NOW));

        SignedUrl second = instance("K2").sign(found(NOW));

        assertThat(second.url()).contains("K2");
        assertThat(instance("K2").sign(found(NOW))).isEqualTo(second);
        assertThat(signatures).isEqualTo(2);
    }

    @Test
    void regeneratedImageHasANewUrl() {
        SignedUrl old = instance("K1").sign(found(NOW));

        assertThat(instance("K1").sign(found(NOW.plusMillis(1))).url()).isNotEqualTo(old.url());
    }

    @Test
    void foreignKeptUrlIsIgnored() {
        kept.put(KEY, "https://elsewhere.example/");

        assertThat(instance("K1").sign(found(NOW)).url()).startsWith("https://cdn.example/");
    }

    /** The entry as the index knows it now. */
    private IndexEntry found(Instant createdAt) {
        IndexEntry entry = TestImages.entry(KEY, createdAt, 64);
        return kept.containsKey(KEY) ? entry.withKeptUrl(kept.get(KEY)) : entry;
    }

    private UrlSigner instance(String keyPairId) {
        UrlSigner signer = entry -> new SignedUrl(
                "https://cdn.example/" + ++signatures + "?v=" + entry.createdAt() + "&Key-Pair-Id=" + keyPairId,
                window.expiryOf(entry.key()));
        return new KeptUrls(signer, () -> keyPairId, window, (key, url, until) -> {
            kept.put(key, url);
            keptUntil.put(key, until);
        });
    }
}
