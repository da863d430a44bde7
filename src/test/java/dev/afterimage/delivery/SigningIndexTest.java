package dev.afterimage.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.delivery.UrlSigner.SigningKeyUnavailableException;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.TestImages;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SigningIndexTest {

    private static final IndexEntry IMAGE =
            TestImages.entry(TestImages.key(1), Instant.parse("2025-03-01T10:30:00Z"), 64);

    private final MemoryImageIndex next = new MemoryImageIndex();

    @Test
    void storedImageIsSigned() {
        List<IndexEntry> signed = new ArrayList<>();
        UrlSigner signer = entry -> {
            signed.add(entry);
            return new SignedUrl("https://cdn.example/", Instant.EPOCH);
        };

        assertThat(new SigningIndex(next, () -> signer).put(IMAGE)).isCompleted();

        assertThat(signed).containsExactly(IMAGE);
        assertThat(next.entries()).containsValue(IMAGE);
    }

    @Test
    void entryIsPutEvenWhenSigningFails() {
        SigningIndex index = new SigningIndex(next, () -> {
            throw new SigningKeyUnavailableException("no key", new IllegalStateException());
        });

        assertThat(index.put(IMAGE)).isCompleted();

        assertThat(next.entries()).containsValue(IMAGE);
    }
}
