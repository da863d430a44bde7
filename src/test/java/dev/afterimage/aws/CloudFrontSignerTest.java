package dev.afterimage.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.ExpiryWindow;
import dev.afterimage.delivery.SigningKey;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.testing.Keys;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.TestImages;
import java.net.URI;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CloudFrontSignerTest {

    private static final SigningKey FIRST = new SigningKey("K1", Keys.FIRST.getPrivate());

    private static final Instant NOW = Instant.parse("2025-03-01T10:30:00Z");
    private static final IndexEntry IMAGE = TestImages.entry(TestImages.key(1), NOW, 64);

    private final MutableClock clock = new MutableClock(NOW);
    private final ExpiryWindow window = new ExpiryWindow(Duration.ofHours(1), clock);
    private final BaseUrl base = BaseUrl.of(Optional.of(URI.create("https://img.example.com/images")));

    @Test
    void signedUrlHasTheFormThatCloudFrontDocuments() {
        SignedUrl signed = new CloudFrontSigner(base, () -> FIRST, window).sign(IMAGE);
        Instant expiry = window.expiryOf(IMAGE.key());
        assertThat(signed.expiresAt()).isEqualTo(expiry);
        assertThat(signed.url())
                .matches("https://img\\.example\\.com/images/images/0{63}1\\?v=m7[0-9a-z]{6}&Expires="
                        + expiry.getEpochSecond() + "&Signature=[A-Za-z0-9~-]{342}__&Key-Pair-Id=K1");
    }

    @Test
    void everyInstanceMakesTheSameUrlWithinAWindow() {
        clock.advanceTo(window.expiryOf(IMAGE.key()).minus(Duration.ofHours(1)));
        SignedUrl here = new CloudFrontSigner(base, () -> FIRST, window).sign(IMAGE);
        clock.advance(Duration.ofMinutes(20));
        assertThat(new CloudFrontSigner(base, () -> FIRST, window).sign(IMAGE)).isEqualTo(here);
    }

    @Test
    void urlsAreSignedWithTheNewKeyAfterARotation() {
        AtomicReference<SigningKey> current = new AtomicReference<>(FIRST);
        CloudFrontSigner signer = new CloudFrontSigner(base, current::get, window);
        assertThat(signer.sign(IMAGE).url()).endsWith("&Key-Pair-Id=K1");
        current.set(new SigningKey("K2", Keys.SECOND.getPrivate()));
        assertThat(signer.sign(IMAGE).url()).endsWith("&Key-Pair-Id=K2");
    }

    @Test
    void aFingerprintIsThatOfBaseUrlKeyAndItsId() {
        String fingerprint = fingerprint(base, "K1", Keys.FIRST);
        assertThat(fingerprint).isEqualTo(fingerprint(base, "K1", Keys.FIRST)).doesNotContain(" ");
        assertThat(List.of(
                        fingerprint(base, "K2", Keys.FIRST),
                        fingerprint(base, "K1", Keys.SECOND),
                        fingerprint(BaseUrl.local(), "K1", Keys.FIRST)))
                .doesNotContain(fingerprint);
    }

    private String fingerprint(BaseUrl baseUrl, String keyPairId, KeyPair key) {
        return new CloudFrontSigner(baseUrl, () -> new SigningKey(keyPairId, key.getPrivate()), window).fingerprint();
    }

    @Test
    void toStringHidesTheSignature() {
        SignedUrl signed = new CloudFrontSigner(base, () -> FIRST, window).sign(IMAGE);
        assertThat(signed.toString()).doesNotContain("Signature");
    }
}
