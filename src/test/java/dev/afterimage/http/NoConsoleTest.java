package dev.afterimage.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Switched off, there is no console. */
@QuarkusTest
@TestProfile(NoConsoleTest.SwitchedOff.class)
class NoConsoleTest {

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html", "/console/main.js", "/console/console.css"})
    void itsPathsAreUnknown(String path) {
        given().get(path)
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo("https://afterimage.dev/problems/not-found"));
    }

    public static class SwitchedOff extends FakeCore {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> config = new HashMap<>(super.getConfigOverrides());
            config.put("afterimage.console.enabled", "false");
            return config;
        }
    }
}
