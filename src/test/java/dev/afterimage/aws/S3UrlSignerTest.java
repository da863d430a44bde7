package dev.afterimage.aws;

import static dev.afterimage.testing.TestImages.content;
import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.ExpiryWindow;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.image.ImageKey;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.S3Server;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Presigned URLs, given to a server that checks signatures. */
class S3UrlSignerTest {

    private static final ImageKey KEY = key(1);

    @AutoClose
    private static S3Server server;

    @AutoClose
    private static S3Client s3;

    private static S3Bucket bucket;

    /** The server compares the URL's date with the machine's time. */
    private final MutableClock clock = new MutableClock(Clock.systemUTC().instant());

    private final ExpiryWindow window = new ExpiryWindow(Duration.ofHours(1), clock);
    private final S3UrlSigner signer = new S3UrlSigner(bucket, window);

    @BeforeAll
    static void start() {
        server = S3Server.start();
        s3 = server.client();
        bucket = new S3Bucket(s3, S3Server.BUCKET, "", false, Optional.empty());
    }

    @Test
    void theStoreServesTheImageUnderTheUrl() throws Exception {
        IndexEntry image = stored();

        HttpResponse<byte[]> response = get(signer.sign(image).url());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(content(KEY, image.createdAt(), 9));
        assertThat(response.headers().firstValue("content-type")).contains("image/png");
    }

    @Test
    void theStoreRefusesAnotherSignatureAndNone() throws Exception {
        String url = signer.sign(stored()).url();

        assertThat(get(url.replaceAll("X-Amz-Signature=....", "X-Amz-Signature=0000"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(get(url.replaceAll("\\?.*", "")).statusCode()).isEqualTo(403);
    }

    @Test
    void urlIsTheSameThroughoutAnExpiryWindow() {
        MutableClock noon = new MutableClock(Instant.parse("2026-11-05T12:00:00Z"));
        ExpiryWindow hours = new ExpiryWindow(Duration.ofHours(1), noon);
        Instant begin = hours.expiryOf(KEY).minus(Duration.ofHours(1));
        noon.advanceTo(begin);
        IndexEntry image = entry(KEY, noon.instant(), 9);
        SignedUrl first = new S3UrlSigner(bucket, hours).sign(image);

        noon.advance(Duration.ofMinutes(59));
        assertThat(new S3UrlSigner(bucket, hours).sign(image)).isEqualTo(first);
        assertThat(first.expiresAt()).isEqualTo(begin.plus(Duration.ofHours(2)));
        String date = begin.toString().replaceAll("[-:]", "");
        assertThat(first.url()).contains("X-Amz-Date=" + date, "X-Amz-Expires=7200");

        noon.advance(Duration.ofMinutes(1));
        assertThat(new S3UrlSigner(bucket, hours).sign(image)).isNotEqualTo(first);
    }

    @Test
    void urlOfTemporaryCredentialsEndsWithThem() {
        Instant window = this.window.expiryOf(KEY);
        IndexEntry image = entry(KEY, clock.instant(), 9);

        assertThat(signerUntil(window.minusSeconds(1)).sign(image).expiresAt()).isEqualTo(window.minusSeconds(1));
        assertThat(signerUntil(window.plusSeconds(1)).sign(image).expiresAt()).isEqualTo(window);
    }

    /** A signer with credentials that end then. */
    private S3UrlSigner signerUntil(Instant end) {
        AwsSessionCredentials temporary = AwsSessionCredentials.builder()
                .accessKeyId("access")
                .secretAccessKey("secret")
                .sessionToken("token")
                .expirationTime(end)
                .build();
        S3Client client = S3Client.builder()
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(() -> temporary)
                .build();
        return new S3UrlSigner(new S3Bucket(client, S3Server.BUCKET, "", false, Optional.empty()), window);
    }

    @Test
    void regeneratedImageHasANewUrl() {
        IndexEntry former = entry(KEY, clock.instant(), 9);
        IndexEntry later = entry(KEY, clock.instant().plusSeconds(1), 9);

        assertThat(signer.sign(later).url()).isNotEqualTo(signer.sign(former).url());
    }

    @Test
    void aValidityThatTheProtocolForbidsIsRefusedAtStart() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new S3UrlSigner(bucket, new ExpiryWindow(Duration.ofDays(4), clock)))
                .withMessageContaining("afterimage.delivery.url-ttl must be at most 84h");
    }

    private IndexEntry stored() {
        IndexEntry image = entry(KEY, clock.instant(), 9);
        return new S3ImageStore(bucket).put(image, content(KEY, image.createdAt(), 9));
    }

    private static HttpResponse<byte[]> get(String url) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray());
        }
    }
}
