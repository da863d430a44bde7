package dev.afterimage.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.afterimage.catalogue.CatalogueRunner.CatalogueSource;
import dev.afterimage.catalogue.CatalogueRunner.CatalogueSource.OpenCatalogue;
import dev.afterimage.testing.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Against a server that speaks S3's protocol. */
class S3CatalogueSourceTest {

    private static final String FOLDER = "s3://" + S3Server.BUCKET + "/";

    @AutoClose
    private static final S3Server server = S3Server.start();

    @AutoClose
    private static final S3Client s3 = server.client();

    private final CatalogueSource source = new S3CatalogueSource(s3);

    @ParameterizedTest
    @ValueSource(strings = {"cards.csv", "of the night/all cards.csv", "50%25 off.csv", "what?.csv"})
    void catalogueIsReadByItsObjectKeyUnchanged(String key) throws IOException {
        put(key, "title\nA\n");

        assertThat(contentOf(FOLDER + key)).isEqualTo("title\nA\n");
    }

    @Test
    void theVersionChangesWithTheContent() throws IOException {
        put("cards.csv", "title\nA\n");
        String first = versionOf(FOLDER + "cards.csv");
        assertThat(versionOf(FOLDER + "cards.csv")).isEqualTo(first);

        put("cards.csv", "title\nB\n");
        assertThat(versionOf(FOLDER + "cards.csv")).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {FOLDER + "nobody.csv", "s3://no-such-bucket/cards.csv"})
    void readingAMissingObjectFails(String name) {
        assertThatIOException().isThrownBy(() -> source.open(name)).withMessageContaining("cannot be read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3:", "s3://", "s3://images", "s3://images/", "s3:///cards.csv", "cards.csv"})
    void nameThatIsNoObjectKeyIsRefused(String name) {
        assertThatIOException().isThrownBy(() -> source.open(name)).withMessageContaining("s3://bucket/key");
    }

    private static void put(String key, String content) {
        s3.putObject(request -> request.bucket(S3Server.BUCKET).key(key), RequestBody.fromString(content));
    }

    private String contentOf(String name) throws IOException {
        try (InputStream content = source.open(name).content()) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String versionOf(String name) throws IOException {
        OpenCatalogue catalogue = source.open(name);
        catalogue.content().close();
        return catalogue.version();
    }
}
