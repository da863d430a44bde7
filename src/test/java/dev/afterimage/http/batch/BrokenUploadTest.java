package dev.afterimage.http.batch;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;

import dev.afterimage.batch.Uploads;
import dev.afterimage.http.FakeCore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rows that the store loses while they are read. */
@QuarkusTest
@TestProfile(BrokenUploadTest.Broken.class)
class BrokenUploadTest {

    @Test
    void aFaultOfTheStoreIsNotTheSenders() {
        for (String dryRun : new String[] {"", "&dry-run=true"}) {
            given().contentType("text/csv")
                    .post("/v1/batches?template=card&upload=01jqvcx7h5m0a2b3c4d5e6f7g8" + dryRun)
                    .then()
                    .statusCode(503)
                    .header("Retry-After", equalTo("10"))
                    .body("type", endsWith("/storage-unavailable"));
        }
    }

    public static class Broken extends FakeCore {

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            Set<Class<?>> parts = new HashSet<>(super.getEnabledAlternatives());
            parts.add(LosesRows.class);
            return parts;
        }
    }

    @Alternative
    @Singleton
    static class LosesRows {

        @Produces
        @Alternative
        @Singleton
        Optional<Uploads> uploads() {
            return Optional.of(new Uploads() {
                @Override
                public Place offer() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Optional<InputStream> open(String upload) {
                    InputStream row = new ByteArrayInputStream("title\nHello\n".getBytes(StandardCharsets.UTF_8));
                    return Optional.of(new SequenceInputStream(row, new BrokenOff()));
                }
            });
        }
    }

    private static final class BrokenOff extends InputStream {

        @Override
        public int read() throws IOException {
            throw new IOException("Connection reset");
        }
    }
}
