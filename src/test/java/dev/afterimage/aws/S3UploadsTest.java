package dev.afterimage.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.batch.Uploads;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.testing.S3Server;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** Against a server that speaks S3's protocol and checks signatures. */
class S3UploadsTest {

    @AutoClose
    private static final S3Server server = S3Server.start();

    @AutoClose
    private static final S3Client s3 = server.client();

    private final Uploads uploads = new S3Uploads(
            new S3Bucket(s3, S3Server.BUCKET, "", true, Optional.empty()),
            new TimeOrderedIds(Clock.systemUTC(), new Random()),
            Clock.systemUTC());

    @Test
    void uploadedObjectCanBeReadByItsNameRepeatedly() throws Exception {
        Uploads.Place place = uploads.offer();
        assertThat(put(place.url().toString(), "title\nA\n")).isEqualTo(200);

        assertThat(read(place.upload())).isEqualTo("title\nA\n");
        assertThat(read(place.upload())).isEqualTo("title\nA\n");
    }

    @Test
    void uploadUrlIsValidForItsOwnUploadOnly() throws Exception {
        Uploads.Place one = uploads.offer();
        Uploads.Place other = uploads.offer();

        assertThat(put(one.url().toString().replace(one.upload(), other.upload()), "forged"))
                .isEqualTo(403);
        assertThat(uploads.open(other.upload())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "01jqvcx7h5m0a2b3c4d5e6f7g8", "../images/0", "01jqvcx7h5m0a2b3c4d5e6f7g8/x"})
    void uploadThatWasNeverPutIsNotFound(String upload) throws Exception {
        assertThat(uploads.open(upload)).isEmpty();
    }

    private String read(String upload) throws Exception {
        try (InputStream rows = uploads.open(upload).orElseThrow()) {
            return new String(rows.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static int put(String url, String rows) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .PUT(BodyPublishers.ofString(rows))
                    .build();
            return client.send(request, BodyHandlers.discarding()).statusCode();
        }
    }
}
