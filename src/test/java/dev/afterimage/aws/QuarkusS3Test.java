package dev.afterimage.aws;

import static dev.afterimage.testing.TestImages.content;
import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.http.LocalCdnBeans;
import dev.afterimage.testing.S3ServerResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** The extension's client, configured by Quarkus' keys and made fit by {@link ClientLimits}, against the test server. */
@QuarkusTest
@TestProfile(QuarkusS3Test.Profile.class)
class QuarkusS3Test {

    private static final Instant NOON = Instant.parse("2026-11-05T12:00:00Z");

    @Inject
    S3Client s3;

    @Inject
    S3Config config;

    @Test
    void anImageGoesToS3AndComesBack() {
        S3ImageStore store = new S3ImageStore(S3Bucket.of(s3, config));
        byte[] content = content(key(1), NOON, 100_000);
        IndexEntry entry = entry(key(1), NOON, content.length);

        assertThat(store.put(entry, content)).isEqualTo(entry);
        assertThat(store.read(key(1)).orElseThrow().content()).isEqualTo(content);
    }

    @Test
    void theClientGivesUpInTime() {
        var limits = s3.serviceClientConfiguration().overrideConfiguration();
        assertThat(limits.apiCallTimeout()).contains(config.timeout());
        assertThat(limits.apiCallAttemptTimeout()).contains(config.attemptTimeout());
        assertThat(limits.retryStrategy().orElseThrow().maxAttempts()).isEqualTo(3);
    }

    /** Produces the client as the service has to. */
    @Alternative
    @Singleton
    public static class Client {

        @Produces
        @Singleton
        S3Client client(S3ClientBuilder configured, S3Config config) {
            return new ClientLimits(config.attemptTimeout(), config.timeout())
                    .limitS3(configured)
                    .build();
        }
    }

    public static class Profile implements QuarkusTestProfile {

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(Client.class, LocalCdnBeans.class);
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(S3ServerResource.class));
        }
    }
}
