package dev.afterimage.cache;

import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.TemplateId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How long a new image is good for. */
class FreshnessPolicyTest {

    private static final Instant NOW = Instant.parse("2026-11-05T10:00:00.123Z");
    private static final GeneratedImage IMAGE = new GeneratedImage(new byte[42], ImageFormat.WEBP);
    private static final FreshnessPolicy POLICY = new FreshnessPolicy(
            Duration.ofHours(24), Duration.ofDays(7), Duration.ofHours(1), Map.of("hero", Duration.ofHours(1)));

    @Test
    void entryDescribesItsImage() {
        IndexEntry entry = POLICY.entryFor(key(1), new TemplateId("card"), IMAGE, NOW);

        assertThat(entry.key()).isEqualTo(key(1));
        assertThat(entry.format()).isEqualTo(ImageFormat.WEBP);
        assertThat(entry.bytes()).isEqualTo(42);
        assertThat(entry.createdAt()).isEqualTo(NOW);
    }

    @Test
    void entryIsFreshForTheTtlAndThenStale() {
        IndexEntry entry = POLICY.entryFor(key(1), new TemplateId("card"), IMAGE, NOW);

        assertThat(entry.freshUntil()).isEqualTo(NOW.plus(Duration.ofHours(24)));
        assertThat(entry.staleUntil()).isEqualTo(entry.freshUntil().plus(Duration.ofDays(7)));
    }

    @Test
    void aTemplateMayHaveATtlOfItsOwn() {
        IndexEntry entry = POLICY.entryFor(key(1), new TemplateId("hero"), IMAGE, NOW);

        assertThat(entry.freshUntil()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(entry.staleUntil()).isEqualTo(entry.freshUntil().plus(Duration.ofDays(7)));
    }

    @Test
    void timesAreWholeMillisecondsSoThatTheyKeepTheirTextForm() {
        IndexEntry entry = POLICY.entryFor(key(1), new TemplateId("card"), IMAGE, NOW.plusNanos(999_999));

        assertThat(entry.createdAt()).isEqualTo(NOW);
    }

    @Test
    void mapOfTtlsIsCopied() {
        Map<String, Duration> ttls = new HashMap<>();
        FreshnessPolicy policy = new FreshnessPolicy(Duration.ofHours(24), Duration.ZERO, Duration.ZERO, ttls);

        ttls.put("card", Duration.ofHours(1));

        assertThat(policy.entryFor(key(1), new TemplateId("card"), IMAGE, NOW).freshUntil())
                .isEqualTo(NOW.plus(Duration.ofHours(24)));
    }
}
