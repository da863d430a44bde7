package dev.afterimage.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.afterimage.testing.S3Server;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

class S3DescriptionsTest {

    private static S3Server server;
    private static S3Client s3;

    @BeforeAll
    static void start() {
        server = S3Server.start();
        s3 = server.client();
    }

    @AfterAll
    static void stop() {
        s3.close();
        server.close();
    }

    private static void put(String key, byte[] content) {
        s3.putObject(request -> request.bucket(S3Server.BUCKET).key(key), RequestBody.fromBytes(content));
    }

    private static void refused(S3Client client, String kind, String... words) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> S3Descriptions.read(client, kind))
                .satisfies(refusal ->
                        assertThat(refusal.getMessage()).contains(kind).contains(words));
    }

    @Test
    void aDocumentIsReadByItsName() {
        byte[] document = "{\"name\":\"x\"}".getBytes(StandardCharsets.UTF_8);
        put("folder/my api.json", document);

        assertThat(S3Descriptions.read(s3, "s3:images/folder/my api.json")).isEqualTo(document);
        assertThat(S3Descriptions.read(s3, "s3://images/folder/my api.json")).isEqualTo(document);
    }

    @Test
    void whatIsNotThereIsToldFromWhatMayNotBeRead() {
        refused(s3, "s3:images/missing.json", "404", "no such");
        refused(s3, "s3:no-such-bucket/x.json", "404", "no such");
        try (S3Client stranger = S3Server.clientOf(server.endpoint())
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(S3Server.ACCESS_KEY, "wrong")))
                .build()) {
            refused(stranger, "s3:images/missing.json", "403", "s3:GetObject");
        }
        try (S3Client nowhere =
                S3Server.clientOf(URI.create("http://127.0.0.1:1")).build()) {
            refused(nowhere, "s3:images/x.json", "not reached");
        }
    }

    @Test
    void whatIsTooLargeIsNotReadToItsEnd() {
        put("large.json", new byte[S3Descriptions.MOST_BYTES]);
        put("too-large.json", new byte[S3Descriptions.MOST_BYTES + 1]);

        assertThat(S3Descriptions.read(s3, "s3:images/large.json")).hasSize(S3Descriptions.MOST_BYTES);
        refused(s3, "s3:images/too-large.json", "1 MiB");
    }

    @Test
    void anotherNameIsRefusedInWords() {
        refused(s3, "s3:only-a-bucket", "s3:bucket/key");
    }
}
