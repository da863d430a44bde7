package dev.afterimage.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.SignedUrl;
import dev.afterimage.pipeline.ImageOutcome;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventFastPathTest {

    private static final String REQUEST = "{\"template\":\"social-card\",\"data\":{\"title\":\"Hello\"}}";

    private final FakeImageService core = new FakeImageService();
    private final EventFastPath path = path(BaseUrl.of(Optional.of(URI.create("https://cdn.example"))));

    private EventFastPath path(BaseUrl baseUrl) {
        core.index(CompletableFuture.completedFuture(Optional.of(new ImageOutcome.Hit(FakeCore.ENTRY))));
        ImageResponses answers = new ImageResponses(
                entry -> new SignedUrl(FakeCore.URL, FakeCore.NOW), baseUrl, Clock.fixed(FakeCore.NOW, ZoneOffset.UTC));
        ObjectMapper json = new ObjectMapper()
                .registerModule(new JavaTimeModule())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
        return new EventFastPath(new FastPath(answers, baseUrl, new Config(), json), core);
    }

    @Test
    void aHitHasTheHeadersThatTheServerWouldSet() {
        EventFastPath.Answer answer = ask(path, headers(), REQUEST).orElseThrow();

        assertThat(answer.headers())
                .isEqualTo(Map.of(
                        "X-Request-Id", "invocation-1",
                        "X-Content-Type-Options", "nosniff",
                        "Cache-Control", "no-store",
                        "Content-Type", "application/json;charset=UTF-8",
                        "Cache-Status", "afterimage; hit"));
        assertThat(answer.body()).contains(FakeCore.URL);
    }

    @Test
    void aPreferenceIsHonoured() {
        Map<String, String> headers = headers();
        headers.put("prefer", "wait=3");
        assertThat(ask(path, headers, REQUEST).orElseThrow().headers()).containsEntry("Preference-Applied", "wait=3");
    }

    @Test
    void aMissIsTheServers() {
        core.index(CompletableFuture.completedFuture(Optional.empty()));
        assertThat(ask(path, headers(), REQUEST)).isEmpty();
    }

    @Test
    void aFailureIsTheServersToTell() {
        core.index(CompletableFuture.failedFuture(new IllegalStateException("no versions")));
        assertThat(ask(path, headers(), REQUEST)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "content-type, text/plain",
        "content-encoding, gzip",
        "x-request-id, 'an id with spaces'",
        "accept, image/png",
    })
    void whatAHandlerOfTheServerMayRefuseOrMendIsTheServers(String name, String value) {
        Map<String, String> headers = headers();
        headers.put(name, value);
        assertThat(ask(path, headers, REQUEST)).isEmpty();
        assertThat(core.asked).isEmpty();
    }

    @Test
    void whatIsTooLargeIsTheServers() {
        String large = "{\"template\":\"t\",\"data\":{\"text\":\"" + "x".repeat(BodyLimit.IMAGE_BYTES) + "\"}}";
        assertThat(ask(path, headers(), large)).isEmpty();
        assertThat(core.asked).isEmpty();
    }

    @Test
    void whereUrlsDependOnTheCallersWayTheServerAnswers() {
        assertThat(ask(path(BaseUrl.local()), headers(), REQUEST)).isEmpty();
    }

    private static Map<String, String> headers() {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.put("content-type", "application/json");
        headers.put("x-request-id", "invocation-1");
        return headers;
    }

    private static Optional<EventFastPath.Answer> ask(EventFastPath path, Map<String, String> headers, String body) {
        return path.answer(headers, body.getBytes(StandardCharsets.UTF_8))
                .toCompletableFuture()
                .join();
    }

    private static final class Config implements HttpConfig {

        @Override
        public Duration deadline() {
            return Duration.ofSeconds(25);
        }

        @Override
        public Duration headTimeout() {
            return Duration.ofSeconds(20);
        }

        @Override
        public Duration bodyTimeout() {
            return Duration.ofSeconds(20);
        }
    }
}
