package dev.afterimage.http;

import dev.afterimage.aws.CloudFrontSigner;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.CannedPolicyVerifier;
import dev.afterimage.delivery.ExpiryWindow;
import dev.afterimage.delivery.SigningKey;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.store.ImageStore;
import dev.afterimage.testing.Keys;
import dev.afterimage.testing.MemoryImageStore;
import dev.afterimage.testing.MutableClock;
import io.quarkus.test.junit.QuarkusTestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** What the laptop's CDN is made of in tests: images in memory, a key of its own, a clock that tests move. */
@Alternative
@Singleton
public class LocalCdnBeans {

    static final MutableClock CLOCK = new MutableClock(Instant.parse("2025-03-01T10:30:00Z"));
    static final MemoryImageStore STORE = new MemoryImageStore();

    /** Puts these beans in the place of the real ones. */
    public static class Profile implements QuarkusTestProfile {

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(LocalCdnBeans.class);
        }
    }

    @Produces
    @Singleton
    Clock clock() {
        return CLOCK;
    }

    @Produces
    @Singleton
    ImageStore store() {
        return STORE;
    }

    @Produces
    @Singleton
    BaseUrl baseUrl() {
        return BaseUrl.local();
    }

    @Produces
    @Singleton
    CannedPolicyVerifier verifier(Clock clock) {
        return new CannedPolicyVerifier(Map.of("LOCAL", Keys.FIRST.getPublic()), clock);
    }

    @Produces
    @Singleton
    UrlSigner signer(BaseUrl baseUrl, Clock clock) {
        SigningKey key = new SigningKey("LOCAL", Keys.FIRST.getPrivate());
        return new CloudFrontSigner(baseUrl, () -> key, new ExpiryWindow(Duration.ofHours(1), clock));
    }
}
