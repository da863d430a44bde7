package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.afterimage.provider.Description.Pick;
import dev.afterimage.provider.Description.Waits;
import dev.afterimage.provider.Exchange.Answer;
import dev.afterimage.provider.ResultFetcher.ImageReference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No answer of a provider stops the fleet for longer than a day or makes its parser fail. */
class ProviderAnswerFuzz {

    private static final Instant NOW = Instant.parse("2026-03-01T02:00:00Z");
    private static final List<JsonPath> PLACES = Descriptions.of("json").result();
    private static final String[] HEADERS = {"Retry-After", "RateLimit", "RateLimit-Reset", "X-RateLimit-Reset"};
    private static final Waits EVERYWHERE =
            new Waits(List.of(HEADERS), List.of(new JsonPath(List.of("*"))), Optional.empty());

    @FuzzTest
    void answer(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        // A header's value as an HTTP parser would hand it over.
        String header = text.replaceAll("[\\x00-\\x08\\x0a-\\x1f\\x7f]", "");
        for (String name : HEADERS) {
            assertBounded(RetryAfterParser.of(Answers.throttled(name, header), NOW));
            assertBounded(RetryAfterParser.of(Answers.throttled(name, header, "Date", header), NOW));
            assertBounded(RetryAfterParser.of(Answers.throttled(name, header), EVERYWHERE, NOW));
        }
        Answer body = new Answer(429, Answers.throttled().headers(), bytes);
        assertBounded(RetryAfterParser.of(body, NOW));
        assertBounded(RetryAfterParser.of(body, EVERYWHERE, NOW));
        assertThat(RetryAfterParser.resetAt(body, NOW)).isNotNull();
        ProviderJson.tree(bytes)
                .flatMap(json -> ImageReference.in(json, PLACES, Pick.FIRST))
                .ifPresent(reference -> assertThat(
                                switch (reference) {
                                    case ImageReference.Link link -> link.url().length();
                                    case ImageReference.Inline inline -> inline.content().length;
                                })
                        .isPositive());
    }

    private static void assertBounded(Optional<Duration> wait) {
        wait.ifPresent(duration -> assertThat(duration).isPositive().isLessThanOrEqualTo(Duration.ofDays(1)));
    }

    @ParameterizedTest
    @Timeout(60)
    @ValueSource(strings = {"9", "0", ".", "t=1,", "\"a\";r=0;t=1,", "reset=", ";", " ", "[", "{\"resetAt\":", "A"})
    void longInput(String piece) {
        answer(piece.repeat(100_000).getBytes(StandardCharsets.UTF_8));
        answer(("{\"resetAt\":" + piece.repeat(100_000) + "}").getBytes(StandardCharsets.UTF_8));
        answer(("{\"resetAt\":\"" + piece.repeat(100_000) + "\"}").getBytes(StandardCharsets.UTF_8));
        answer(("{\"image\":\"data:;base64," + piece.repeat(100_000) + "\"}").getBytes(StandardCharsets.UTF_8));
    }
}
