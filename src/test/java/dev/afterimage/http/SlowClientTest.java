package dev.afterimage.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that begin a request and never end it. */
@QuarkusTest
@TestProfile(SlowClientTest.Impatient.class)
@Timeout(120)
class SlowClientTest {

    /** Waits for bodies, and for the next bytes of an upload, only a moment. */
    public static class Impatient extends FakeCore {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> config = new HashMap<>(super.getConfigOverrides());
            config.put("afterimage.http.body-timeout", "200ms");
            config.put("quarkus.http.read-timeout", "200ms");
            return config;
        }
    }

    @Test
    void aBodyThatDoesNotArriveInTimeIsGivenUp() throws IOException {
        try (RawHttp client = RawHttp.begin(
                RestAssured.port,
                "POST /v1/images HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 100\r\n\r\n{\"template\":")) {
            String answer = client.readToEnd();
            assertThat(answer)
                    .startsWith("HTTP/1.1 408 ")
                    .contains("application/problem+json", "/problems/request-timeout");
        }
    }

    @Test
    void anUploadThatPausesForTooLongIsCutOff() throws IOException {
        try (RawHttp client = RawHttp.begin(
                RestAssured.port,
                "POST /v1/batches?template=t HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
                        + "Content-Length: 100\r\n\r\ntitle\n")) {
            assertThat(client.readToEnd()).doesNotStartWith("HTTP/1.1 2");
        }
    }
}
