package dev.afterimage.provider;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.SampleImages;
import dev.afterimage.time.Deadline;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image's host whose certificate names images.example, reached at the address that was checked. */
class TlsTest {

    private static final Deadline LATE = Deadline.in(Duration.ofSeconds(20), MutableClock.atSomeTime());

    private static final String PASSWORD = "for-tests-only";

    @TempDir
    static Path directory;

    private static Vertx vertx;
    private static WireMockServer server;

    @BeforeAll
    static void open() throws IOException, InterruptedException {
        Path keys = directory.resolve("keys.p12");
        makeCertificate(keys);
        vertx = Vertx.vertx();
        server = new WireMockServer(wireMockConfig()
                .dynamicPort()
                .dynamicHttpsPort()
                .keystoreType("PKCS12")
                .keystorePath(keys.toString())
                .keystorePassword(PASSWORD)
                .keyManagerPassword(PASSWORD));
        server.start();
    }

    /** With the JDK's own tool, so that no private key lies in the repository. */
    private static void makeCertificate(Path keys) throws IOException, InterruptedException {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process process = new ProcessBuilder(
                        keytool.toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=images.example",
                        "-ext",
                        "san=dns:images.example",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
    }

    @AfterAll
    static void close() {
        server.stop();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void forget() {
        server.resetAll();
        server.stubFor(get(urlEqualTo("/1.png")).willReturn(ok().withBody(SampleImages.png())));
    }

    @Test
    void theCertificateIsCheckedAgainstTheNameAndNotTheAddress() {
        HttpClientOptions trusting = new HttpClientOptions()
                .setTrustOptions(new PfxOptions()
                        .setPath(directory.resolve("keys.p12").toString())
                        .setPassword(PASSWORD));
        try (ProviderHttp http =
                new ProviderHttp(vertx, Duration.ofSeconds(10), AnswerRoom.ofHeap(), Clock.systemUTC(), trusting)) {
            assertThat(fetcher(http).fetch(url("images.example"), LATE).content())
                    .isEqualTo(SampleImages.png());
            server.verify(
                    1,
                    getRequestedFor(urlEqualTo("/1.png"))
                            .withHeader("Host", equalTo("images.example:" + server.httpsPort())));
            assertNotFetched(http, "other.example");
        }
    }

    @Test
    void untrustedCertificateIsRefused() {
        try (ProviderHttp http =
                new ProviderHttp(vertx, Duration.ofSeconds(10), AnswerRoom.ofHeap(), Clock.systemUTC())) {
            assertNotFetched(http, "images.example");
        }
    }

    private static void assertNotFetched(ProviderHttp http, String host) {
        server.resetRequests();
        assertThatThrownBy(() -> fetcher(http).fetch(url(host), LATE)).isInstanceOf(OutcomeUnknownException.class);
        server.verify(0, getRequestedFor(urlEqualTo("/1.png")));
    }

    private static ResultFetcher fetcher(ProviderHttp http) {
        AddressGuard guard = new AddressGuard(
                Optional.empty(), List.of("images.example", "other.example"), List.of(), ProviderBench::resolve);
        MutableClock clock = MutableClock.atSomeTime();
        return new ResultFetcher(http, guard, 1_000_000, clock, new FakePause(clock));
    }

    private static String url(String host) {
        return "https://" + host + ":" + server.httpsPort() + "/1.png";
    }
}
