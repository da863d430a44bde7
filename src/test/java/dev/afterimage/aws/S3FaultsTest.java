package dev.afterimage.aws;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static dev.afterimage.testing.TestImages.content;
import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.testing.FaultProxy;
import dev.afterimage.testing.S3Server;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** S3 unreachable, slow, refusing or overloaded: each call fails in time with advice, and works again without a restart. */
@Timeout(60)
class S3FaultsTest {

    private static final Instant NOON = Instant.parse("2026-11-05T12:00:00.123Z");
    private static final ImageKey KEY = key(1);
    private static final byte[] CONTENT = content(KEY, NOON, 200_000);
    private static final ClientLimits LIMITS = new ClientLimits(Duration.ofMillis(500), Duration.ofSeconds(2), 2);

    @AutoClose
    private static final S3Server server = S3Server.start();

    @AutoClose
    private FaultProxy proxy;

    @AutoClose
    private S3Client s3;

    private ImageStore store;

    @BeforeEach
    void startProxy() throws IOException {
        proxy = FaultProxy.before("127.0.0.1", server.port());
        s3 = impatient(proxy.http());
        store = store(s3, S3Server.BUCKET);
        store.put(entry(KEY, NOON, CONTENT.length), CONTENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "reset", "black hole", "slow", "cut amid the answer"})
    void storeIsUnavailableWhileTheConnectionToS3IsBroken(String fault) {
        Map<String, Consumer<FaultProxy>> faults = Map.of(
                "cut", FaultProxy::cut,
                "reset", FaultProxy::reset,
                "black hole", FaultProxy::blackHole,
                "slow", slowed -> slowed.slow(Duration.ofSeconds(1)),
                "cut amid the answer", cut -> cut.cutAnswersAfter(20_000));
        faults.get(fault).accept(proxy);

        assertThatThrownBy(() -> store.read(KEY))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("not reached, or not in time");

        proxy.pass();
        assertThat(store.read(KEY).orElseThrow().content()).isEqualTo(CONTENT);
    }

    @Test
    void everyOperationFailsWhenS3IsGone() {
        proxy.cut();
        byte[] later = content(KEY, NOON.plusSeconds(1), 10);

        assertThatThrownBy(() -> store.find(KEY)).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> store.put(entry(KEY, NOON.plusSeconds(1), 10), later))
                .isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> store.delete(KEY)).isInstanceOf(StoreUnavailableException.class);

        proxy.pass();
        assertThat(store.find(KEY)).contains(entry(KEY, NOON, CONTENT.length));
    }

    @Test
    void missingBucketIsAnErrorAndNotAnAbsentImage() {
        ImageStore elsewhere = store(s3, "no-such-bucket");

        assertThatThrownBy(() -> elsewhere.find(KEY)).hasMessageContaining("afterimage.s3.bucket");
        assertThatThrownBy(() -> elsewhere.read(KEY)).hasMessageContaining("afterimage.s3.bucket");
        assertThatThrownBy(() -> elsewhere.put(entry(KEY, NOON, CONTENT.length), CONTENT))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("no-such-bucket");
    }

    @Test
    void wrongCredentialsAreAnErrorAndNotAnAbsentImage() {
        S3ClientBuilder builder = S3Server.clientOf(server.endpoint())
                .credentialsProvider(() -> AwsBasicCredentials.create(S3Server.ACCESS_KEY, "another-secret"));
        try (S3Client foreign = LIMITS.limitS3(builder).build()) {
            assertThatThrownBy(() -> store(foreign, S3Server.BUCKET).find(KEY))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("403")
                    .hasMessageContaining("s3:ListBucket")
                    .hasMessageNotContaining("another-secret");
        }
    }

    /** The first request, two retries, then an error with advice. */
    @ParameterizedTest
    @CsvSource({
        "503, 3, passes by itself",
        "500, 3, passes by itself",
        "301, 1, quarkus.s3.aws.region",
        "403, 1, s3:GetObject",
    })
    void anErrorIsRepeatedTwiceAtMostAndExplained(int status, int requests, String remedy) {
        WireMockServer broken =
                new WireMockServer(WireMockConfiguration.options().dynamicPort());
        broken.start();
        broken.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(status)));
        try (S3Client client = impatient(URI.create(broken.baseUrl()))) {
            assertThatThrownBy(() -> store(client, S3Server.BUCKET).read(KEY))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining(Integer.toString(status))
                    .hasMessageContaining(remedy);
            broken.verify(requests, anyRequestedFor(anyUrl()));
        } finally {
            broken.stop();
        }
    }

    @Test
    void putIsConditionalEncryptedAndSentWithoutExpectContinue() {
        WireMockServer recorder =
                new WireMockServer(WireMockConfiguration.options().dynamicPort());
        recorder.start();
        recorder.stubFor(get(anyUrl())
                .willReturn(aResponse().withStatus(404).withBody("<Error><Code>NoSuchKey</Code></Error>")));
        recorder.stubFor(put(anyUrl()).willReturn(ok()));
        try (S3Client client = impatient(URI.create(recorder.baseUrl()))) {
            store(client, S3Server.BUCKET).put(entry(KEY, NOON, CONTENT.length), CONTENT);
            recorder.verify(putRequestedFor(urlPathEqualTo("/images/images/" + KEY))
                    .withHeader("If-None-Match", equalTo("*"))
                    .withHeader("x-amz-server-side-encryption", equalTo("AES256"))
                    .withoutHeader("Expect"));
        } finally {
            recorder.stop();
        }
    }

    private static ImageStore store(S3Client client, String bucket) {
        return new S3ImageStore(new S3Bucket(client, bucket, "", true, Optional.empty()));
    }

    private static S3Client impatient(URI endpoint) {
        return LIMITS.limitS3(S3Server.clientOf(endpoint)
                        .httpClientBuilder(UrlConnectionHttpClient.builder()
                                .connectionTimeout(LIMITS.attempt())
                                .socketTimeout(LIMITS.attempt())))
                .build();
    }
}
