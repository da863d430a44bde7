package dev.afterimage.http;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.delivery.UrlSigner.SigningKeyUnavailableException;
import dev.afterimage.http.batch.BatchParts;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.metrics.Stats;
import dev.afterimage.testing.MemoryImageStore;
import io.quarkus.test.junit.QuarkusTestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The HTTP edge alone, before fakes and with a fixed clock. */
public class FakeCore implements QuarkusTestProfile {

    public static final Instant NOW = Instant.parse("2026-11-24T06:00:00Z");

    static final ImageKey KEY = new ImageKey("0123456789abcdef".repeat(4));

    static final String URL = "https://cdn.example/" + KEY + ".png?Expires=1764000000&Signature=a~b-c_&Key-Pair-Id=K1";

    public static final IndexEntry ENTRY = new IndexEntry(
            KEY,
            ImageFormat.PNG,
            48_213,
            Instant.parse("2026-11-24T05:00:00.123Z"),
            NOW.plus(Duration.ofHours(23)),
            NOW.plus(Duration.ofDays(7)));

    /** The URL of every image. */
    public static String url() {
        return URL;
    }

    /** An image whose URL cannot be signed. */
    static final IndexEntry UNSIGNABLE =
            new IndexEntry(KEY, ImageFormat.PNG, 1, NOW, NOW.plus(Duration.ofHours(1)), NOW.plus(Duration.ofDays(1)));

    static final Stats STATS = new Stats(
            NOW,
            Stats.COUNTED_BY,
            0.75,
            new Stats.Requests(3, 0, 1, 0, 2, 1),
            5,
            1,
            2,
            310L,
            900L,
            7L,
            12L,
            40L,
            null,
            new Stats.Permits(5, 1, 0, 0),
            1,
            0L,
            null,
            List.of(
                    new Stats.Lane("default", "interactive", "open", null, null),
                    new Stats.Lane("default", "bulk", "stopped", "unusable-answers", NOW.minusSeconds(60))),
            List.of(new Stats.Account("default", 1, 40L, null, null)));

    /**
     * As with a CDN, so that URLs leave as the signer made them; and nobody works the jobs off. What only the real core uses is
     * kept, because the check of the configuration asks for it.
     */
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.ofEntries(
                Map.entry("quarkus.arc.remove-unused-beans", "false"),
                Map.entry("afterimage.delivery.base-url", "https://cdn.example"),
                Map.entry("afterimage.pregeneration.worker", "false"),
                Map.entry("afterimage.auth.hosts", "x"),
                Map.entry("afterimage.provider.credit-price", "0.04"),
                Map.entry("afterimage.pregeneration.catalogues.\"cards\".source", "cards.csv"),
                Map.entry("afterimage.pregeneration.catalogues.\"cards\".template", "card"),
                Map.entry("afterimage.pregeneration.catalogues.\"gone\".source", "gone.csv"),
                Map.entry("afterimage.callbacks.secret", "0123456789abcdef0123456789abcdef"),
                Map.entry("afterimage.webhooks.secret", "0123456789abcdef0123456789abcdef"),
                Map.entry("afterimage.webhooks.base-url", "https://images.example"),
                Map.entry("afterimage.callbacks.allowed-hosts", "inside.example,127.0.0.1"),
                Map.entry("afterimage.openai.max-base64", "200000"),
                Map.entry("afterimage.openai.models.\"vendor/model-1.1\"", "hero"),
                Map.entry("afterimage.links.secrets.\"a\"", "0123456789abcdef0123456789abcdef"),
                Map.entry("afterimage.templates.\"hero\".placeholder", "https://cdn.example/soon.png"));
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(FakeImageService.class, Parts.class, BatchParts.class);
    }

    @Alternative
    @Singleton
    static class Parts {

        @Produces
        @Alternative
        @Singleton
        Clock clock() {
            return Clock.fixed(NOW, ZoneOffset.UTC);
        }

        @Produces
        @Alternative
        @Singleton
        UrlSigner signer() {
            return entry -> {
                if (entry.equals(UNSIGNABLE)) {
                    throw new SigningKeyUnavailableException("The key cannot be read.", null);
                }
                return new SignedUrl(URL, NOW.plus(Duration.ofMinutes(90)));
            };
        }

        @Produces
        @Alternative
        @Singleton
        MemoryImageStore store() {
            return new MemoryImageStore();
        }

        @Produces
        @Alternative
        @Singleton
        Supplier<Stats> stats() {
            return () -> STATS;
        }
    }
}
