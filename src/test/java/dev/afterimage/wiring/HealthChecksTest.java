package dev.afterimage.wiring;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.afterimage.delivery.UrlSigner;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A process whose directory cannot be written to, and whose key cannot sign. */
@QuarkusTest
@TestProfile(HealthChecksTest.Broken.class)
class HealthChecksTest {

    @Test
    void unreadyServiceSaysWhy() {
        given().get("/q/health/ready")
                .then()
                .statusCode(503)
                .body("status", equalTo("DOWN"))
                .body("checks.find { it.name == 'directory' }.status", equalTo("DOWN"))
                .body("checks.find { it.name == 'directory' }.data.reason", containsString("cannot be used"))
                .body("checks.find { it.name == 'signature' }.status", equalTo("DOWN"))
                .body("checks.find { it.name == 'signature' }.data.reason", containsString("private-key"));
    }

    /** Another process would find the same directory and the same key. */
    @Test
    void unreadyServiceIsStillAlive() {
        given().get("/q/health/live")
                .then()
                .statusCode(200)
                .body("checks.find { it.name == 'worker' }.status", equalTo("UP"));
    }

    /** A file stands where the directory should be. */
    public static class Broken implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "afterimage.directory", "pom.xml/not-a-directory", "afterimage.pregeneration.worker", "false");
        }

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(Signer.class);
        }
    }

    @Alternative
    @Singleton
    static class Signer {

        @Produces
        @Alternative
        @Singleton
        UrlSigner signer() {
            return entry -> {
                throw new IllegalArgumentException("This key is for another algorithm.");
            };
        }
    }
}
