package dev.afterimage.provider;

import static dev.afterimage.provider.Answers.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.Billed;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.provider.Description.Waits;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeaningsByStatusTest {

    private static final Instant NOW = Instant.parse("2025-06-15T10:00:00Z");

    @ParameterizedTest
    @CsvSource({"400, DATA", "413, DATA", "422, DATA", "406, DATA", "415, DATA", "404, TEMPLATE", "410, TEMPLATE"})
    void rejectionSaysWhatTheCallerCanCorrect(int status, Reason reason) {
        assertThat(failure(status))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 407, 405, 418, 301, 302, 304, 307})
    void operatorsFaultIsNotARejection(int status) {
        assertThat(failure(status))
                .isInstanceOfSatisfying(
                        AccessRefusedException.class,
                        e -> assertThat(e.billed()).isEqualTo(Billed.NO));
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 499, 504, 524})
    void gatewayTimeoutIsAnUnknownOutcome(int status) {
        assertThat(failure(status)).isInstanceOfSatisfying(OutcomeUnknownException.class, e -> {
            assertThat(e.billed()).isEqualTo(Billed.MAYBE);
            assertThat(e.serverError()).isFalse();
            assertThat(e.answeredWith5xx()).isEqualTo(status >= 500);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 501, 502, 520, 527, 599})
    void ambiguousServerErrorIsAnUnknownOutcome(int status) {
        assertThat(failure(status)).isInstanceOfSatisfying(OutcomeUnknownException.class, e -> {
            assertThat(e.billed()).isEqualTo(Billed.MAYBE);
            assertThat(e.serverError()).isTrue();
            assertThat(e.answeredWith5xx()).isTrue();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {503, 521, 522, 523, 525, 526})
    void serverErrorBeforeTheWorkIsUnavailable(int status) {
        assertThat(failure(status))
                .isInstanceOfSatisfying(
                        UnavailableException.class, e -> assertThat(e.billed()).isEqualTo(Billed.NO));
    }

    @Test
    void a429CarriesTheNamedWait() {
        assertThat(Meanings.byStatus(answer(429, "", "Retry-After", "5"), Waits.USUAL, NOW))
                .isInstanceOfSatisfying(ThrottledException.class, e -> {
                    assertThat(e.retryAfter()).contains(Duration.ofSeconds(5));
                    assertThat(e.byProvider()).isTrue();
                });
    }

    /** As Cloudinary answers it (Admin API, rate limits). */
    @Test
    void a420IsA429() {
        assertThat(failure(420)).isInstanceOf(ThrottledException.class);
    }

    @Test
    void a429WithoutAWaitNamesNone() {
        assertThat(failure(429))
                .isInstanceOfSatisfying(
                        ThrottledException.class,
                        e -> assertThat(e.retryAfter()).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"resetAt\":\"2025-06-01T00:00:00Z\"}",
                "{\"resetAt\":\"2025-06-15T10:15:01Z\"}",
                "{\"resetAt\":\"2025-07-01T00:00:00Z\"}"
            })
    void outOfCreditsIsProbedAfterFifteenMinutes(String body) {
        assertThat(Meanings.byStatus(answer(402, body), Waits.USUAL, NOW))
                .isInstanceOfSatisfying(
                        OutOfCreditsException.class,
                        e -> assertThat(e.until()).isEqualTo(NOW.plus(Duration.ofMinutes(15))));
    }

    @Test
    void outOfCreditsIsProbedAtANearerReset() {
        assertThat(Meanings.byStatus(answer(402, "{\"resetAt\":\"2025-06-15T10:09:00Z\"}"), Waits.USUAL, NOW))
                .isInstanceOfSatisfying(
                        OutOfCreditsException.class,
                        e -> assertThat(e.until()).isEqualTo(Instant.parse("2025-06-15T10:09:00Z")));
        assertThat(Meanings.byStatus(answer(402, "", "Retry-After", "60"), Waits.USUAL, NOW))
                .isInstanceOfSatisfying(
                        OutOfCreditsException.class, e -> assertThat(e.until()).isEqualTo(NOW.plusSeconds(60)));
    }

    @Test
    void messagesDoNotQuoteTheProvidersText() {
        for (int status = 300; status < 600; status++) {
            GenerationException failure =
                    Meanings.byStatus(answer(status, "{\"message\":\"data value leaks\"}"), Waits.USUAL, NOW);
            assertThat(failure).hasMessageNotContaining("leaks");
        }
    }

    private static GenerationException failure(int status) {
        return Meanings.byStatus(answer(status, ""), Waits.USUAL, NOW);
    }
}
