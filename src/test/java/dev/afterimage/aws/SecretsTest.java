package dev.afterimage.aws;

import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.afterimage.delivery.PemKeys;
import dev.afterimage.delivery.RequestLinks;
import dev.afterimage.delivery.SigningKey;
import dev.afterimage.delivery.UrlSigner.SigningKeyUnavailableException;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.testing.Keys;
import dev.afterimage.testing.MutableClock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** Keys from Secrets Manager, over its own JSON protocol. */
class SecretsTest {

    private static final String NAME = "afterimage/signing";
    private static final ImageRequest LINKED =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);
    private static final Duration REFRESH = Duration.ofMinutes(15);

    private final MutableClock clock = new MutableClock(Instant.parse("2025-03-01T10:00:00Z"));
    private final Queue<Runnable> background = new ArrayDeque<>();
    private final WireMockServer server =
            new WireMockServer(WireMockConfiguration.options().dynamicPort());
    private SecretsManagerClient client;
    private Supplier<SigningKey> keys;

    @BeforeEach
    void start() {
        server.start();
        client = new ClientLimits(Duration.ofSeconds(10), Duration.ofSeconds(20), 0)
                .limit(SecretsManagerClient.builder()
                        .endpointOverride(URI.create(server.baseUrl()))
                        .region(Region.US_EAST_1)
                        .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))
                        .httpClientBuilder(UrlConnectionHttpClient.builder()))
                .build();
        keys = secret(SecretKeys::signingKey, background::add);
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop();
    }

    @Test
    void secretIsNotReadBeforeItsFirstUse() {
        assertRequests(0);
    }

    @Test
    void secretIsReadOnceAndCached() {
        holds("K1", Keys.FIRST);

        assertThat(keys.get()).isEqualTo(new SigningKey("K1", Keys.FIRST.getPrivate()));
        clock.advance(REFRESH.minusMillis(1));
        use();

        assertRequests(1);
        assertThat(background).isEmpty();
    }

    @Test
    void rotatedSecretIsReadInTheBackgroundWithoutBlockingCallers() {
        holds("K1", Keys.FIRST);
        use();
        holds("K2", Keys.SECOND);
        clock.advance(REFRESH);

        assertThat(keys.get().keyPairId()).isEqualTo("K1");
        assertThat(keys.get().keyPairId()).isEqualTo("K1");
        assertThat(background).as("one reading, whoever asks").hasSize(1);
        background.remove().run();

        assertThat(keys.get()).isEqualTo(new SigningKey("K2", Keys.SECOND.getPrivate()));
        assertRequests(2);
    }

    @Test
    void failedRefreshKeepsTheFormerSecretAndIsTriedAgain() {
        holds("K1", Keys.FIRST);
        use();
        server.stubFor(post(anyUrl()).willReturn(serverError()));
        clock.advance(REFRESH);
        use();
        background.remove().run();

        assertThat(keys.get().keyPairId()).isEqualTo("K1");
        assertThat(background).as("not at once").isEmpty();

        holds("K2", Keys.SECOND);
        clock.advance(Duration.ofMinutes(1));
        use();
        background.remove().run();
        assertThat(keys.get().keyPairId()).isEqualTo("K2");
    }

    @Test
    void unreadableNewSecretKeepsTheFormerOne() {
        holds("K1", Keys.FIRST);
        use();
        answers("{\"keyPairId\":\"K2\",\"privateKey\":\"lost\"}");
        clock.advance(REFRESH);
        use();
        background.remove().run();

        assertThat(keys.get().keyPairId()).isEqualTo("K1");
    }

    @Test
    void refreshThatCannotBeStartedIsStartedAtTheNextUse() {
        holds("K1", Keys.FIRST);
        boolean[] full = {true};
        RefreshedSecret<SigningKey> secret = secret(SecretKeys::signingKey, task -> {
            if (full[0]) {
                throw new RejectedExecutionException("full");
            }
            background.add(task);
        });
        secret.get();
        clock.advance(REFRESH);
        assertThat(secret.get().keyPairId()).isEqualTo("K1");

        full[0] = false;
        secret.get();
        assertThat(background).hasSize(1);
    }

    @Test
    void firstUseThatFailsNamesTheSecretAndDoesNotAskAgainAtOnce() {
        server.stubFor(post(anyUrl()).willReturn(serverError()));

        assertThatThrownBy(keys::get)
                .isInstanceOf(SigningKeyUnavailableException.class)
                .hasMessageContaining("secretsmanager:GetSecretValue");
        assertThatThrownBy(keys::get).isInstanceOf(SigningKeyUnavailableException.class);
        assertRequests(1);

        holds("K1", Keys.FIRST);
        clock.advance(Duration.ofSeconds(5));
        assertThat(keys.get().keyPairId()).isEqualTo("K1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hush-hush",
                "{\"keyPairId\":\"K1\"}",
                "{\"privateKey\":\"hush-hush\"}",
                "{\"keyPairId\":\"K1\",\"privateKey\":\"hush-hush\"}",
                "[\"hush-hush\"]",
            })
    void malformedSecretIsRefusedWithoutBeingQuoted(String text) {
        answers(text);

        assertThatThrownBy(keys::get)
                .isInstanceOf(SigningKeyUnavailableException.class)
                .hasMessageContaining(NAME)
                .hasMessageNotContaining("hush-hush")
                .hasStackTraceContaining("PEM")
                .satisfies(e -> assertThat(stackTraceOf(e)).doesNotContain("hush-hush"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"key-1", " key-1\n", "{\"apiKey\":\"key-1\"}", "{\"apiKey\":\" key-1\", \"note\":1}"})
    void providerKeyIsReadFromPlainTextOrJson(String text) {
        answers(text);

        assertThat(secret(SecretKeys::apiKey, background::add).get()).isEqualTo("key-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"apiKey\":\"\"}", "{hush", "two words", "{\"apiKey\":\"a\\r\\nX: b\"}"})
    void malformedProviderKeyIsRefused(String text) {
        assertThatThrownBy(() -> SecretKeys.apiKey(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("API key")
                .hasMessageNotContaining("hush");
    }

    @Test
    void newAndFormerLinkSecretAreBothHonoured() {
        String former = "f".repeat(32);
        String next = "n".repeat(32);
        RequestLinks links = new RequestLinks(secret(SecretKeys::linkSecrets, background::add), clock);
        answers("{\"current\":\"1\",\"1\":\"" + former + "\"}");
        String before = links.sign(LINKED, Optional.empty());
        answers("{\"current\":\"2\",\"1\":\"" + former + "\",\"2\":\"" + next + "\"}");
        clock.advance(REFRESH);
        assertThat(links.sign(LINKED, Optional.empty())).isEqualTo(before);
        background.remove().run();

        String after = links.sign(LINKED, Optional.empty());
        assertThat(after).isNotEqualTo(before);
        assertThat(List.of(before, after))
                .allMatch(link -> links.refusal(parsed(link)).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hush-hush",
                "{}",
                "[]",
                "{\"current\":\"1\"}",
                "{\"1\":\"hush-hush-hush-hush-hush-hush-hush\"}",
                "{\"current\":\"2\",\"1\":\"hush-hush-hush-hush-hush-hush-hush\"}",
                "{\"current\":\"1\",\"1\":\"hush-hush\"}",
            })
    void malformedLinkSecretIsRefusedWithoutBeingQuoted(String text) {
        assertThatThrownBy(() -> SecretKeys.linkSecrets(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("current")
                .hasMessageNotContaining("hush");
    }

    private <T> RefreshedSecret<T> secret(Function<String, T> reader, Executor threads) {
        return new RefreshedSecret<>(
                new RefreshedSecret.Source(() -> client, REFRESH, clock, threads),
                NAME,
                reader,
                e -> new SigningKeyUnavailableException(String.valueOf(e.getMessage()), e));
    }

    private SigningKey use() {
        return keys.get();
    }

    private static RequestLinks.Link parsed(String link) {
        Matcher parts = Pattern.compile("/i/(.+)\\?d=(.+)&s=(.+)").matcher(link);
        assertThat(parts.matches()).isTrue();
        return new RequestLinks.Link(
                parts.group(1), parts.group(2), Optional.empty(), parts.group(3), Optional.empty());
    }

    private void holds(String keyPairId, KeyPair pair) {
        answers(JsonNodeFactory.instance
                .objectNode()
                .put("keyPairId", keyPairId)
                .put("privateKey", PemKeys.write(pair.getPrivate()))
                .toString());
    }

    private void answers(String secretString) {
        String body = JsonNodeFactory.instance
                .objectNode()
                .put("Name", NAME)
                .put("SecretString", secretString)
                .toString();
        server.stubFor(post(anyUrl())
                .withHeader("X-Amz-Target", equalTo("secretsmanager.GetSecretValue"))
                .withRequestBody(matchingJsonPath("$.SecretId", equalTo(NAME)))
                .willReturn(okJson(body)));
    }

    private void assertRequests(int count) {
        server.verify(count, anyRequestedFor(anyUrl()));
    }

    private static String stackTraceOf(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }
}
