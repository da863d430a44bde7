package dev.afterimage.lambda;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The planner has no signing key, and the worker needs its own only when an image is stored: no start and no plan may ask for one. */
@QuarkusTest
@WithTestResource(AwsServers.class)
@TestProfile(LazySignerTest.Counted.class)
class LazySignerTest {

    static final AtomicInteger MADE = new AtomicInteger();

    @Test
    void signerIsCreatedByTheFirstRequestOnly() {
        invoke(Events.batch("one"));
        invoke(Events.plan("cards"));
        assertThat(MADE).hasValue(0);

        invoke(Events.http("POST", "/v1/images", "{\"template\":\"social-card\",\"data\":{\"title\":\"Lazy\"}}"));
        assertThat(MADE).hasValue(1);
    }

    private static void invoke(String event) {
        given().body(event).when().post("/_lambda_").then().statusCode(200);
    }

    public static final class Counted implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("afterimage.delivery.base-url", "https://cdn.example");
        }

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(Signers.class);
        }
    }

    @Alternative
    @Singleton
    static class Signers {

        @Produces
        @Alternative
        @Singleton
        UrlSigner signer() {
            MADE.incrementAndGet();
            return entry -> new SignedUrl("https://cdn.example/" + entry.key(), Instant.EPOCH);
        }
    }
}
