package dev.afterimage.http.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.KeyScheme.UndeclaredTemplateException;
import dev.afterimage.image.TemplateId;
import dev.afterimage.pipeline.ImageService.QuotaExceededException;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.testing.MutableClock;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemsTest {

    private static final Instant NOW = Instant.parse("2026-11-24T06:00:00Z");
    private static final String SECRET = "secret-42";
    private static final Throwable CAUSE = new RuntimeException(SECRET);

    private final Problems problems = new Problems(new MutableClock(NOW));

    static Stream<Arguments> failures() {
        return Stream.of(
                failure(new InvalidRequestException("Mend it.", "data"), ProblemType.INVALID_REQUEST, null),
                failure(new TimeoutException(), ProblemType.OUT_OF_TIME, Duration.ofSeconds(1)),
                failure(
                        new QuotaExceededException(Duration.ofMinutes(7)),
                        ProblemType.QUOTA_EXCEEDED,
                        Duration.ofMinutes(7)),
                failure(new RejectedException(Reason.TEMPLATE, "Mend it."), ProblemType.TEMPLATE_REJECTED, null),
                failure(new RejectedException(Reason.DATA, "Mend it."), ProblemType.DATA_REJECTED, null),
                failure(new RejectedException(Reason.MODERATED, "Mend it."), ProblemType.MODERATED, null),
                failure(
                        new UndeclaredTemplateException(new TemplateId("other")),
                        ProblemType.TEMPLATE_UNDECLARED,
                        null),
                failure(new AccessRefusedException(SECRET), ProblemType.ACCESS_REFUSED, Duration.ofMinutes(1)),
                failure(new NotAnImageException(SECRET), ProblemType.NOT_AN_IMAGE, null),
                failure(
                        new OutOfCreditsException(SECRET, NOW.plusSeconds(90)),
                        ProblemType.OUT_OF_CREDITS,
                        Duration.ofSeconds(90)),
                failure(
                        ThrottledException.byProvider(Duration.ofHours(1)),
                        ProblemType.PROVIDER_THROTTLED,
                        Duration.ofHours(1)),
                failure(new UnavailableException(SECRET, CAUSE), ProblemType.PROVIDER_UNAVAILABLE, Problems.OUTAGE),
                failure(new OutcomeUnknownException(SECRET, CAUSE), ProblemType.OUTCOME_UNKNOWN, null),
                failure(new StoreUnavailableException(SECRET, CAUSE), ProblemType.STORAGE_UNAVAILABLE, Problems.OUTAGE),
                failure(new CacheUnavailableException(SECRET, CAUSE), ProblemType.STORAGE_UNAVAILABLE, Problems.OUTAGE),
                failure(new NotFoundException(SECRET), ProblemType.NOT_FOUND, null),
                failure(new WebApplicationException(SECRET, 500), ProblemType.INTERNAL_ERROR, null),
                failure(new WebApplicationException(SECRET, 302), ProblemType.INTERNAL_ERROR, null),
                failure(new IllegalStateException(SECRET), ProblemType.INTERNAL_ERROR, null),
                failure(new StackOverflowError(SECRET), ProblemType.INTERNAL_ERROR, null));
    }

    private static Arguments failure(Throwable failure, ProblemType type, Duration retryAfter) {
        return Arguments.of(failure, type, retryAfter);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void everyFailureMapsToOneProblemWithoutSecrets(Throwable failure, ProblemType type, Duration retryAfter) {
        Problem problem = problems.of(failure);
        assertThat(problem.type()).isEqualTo(type.uri());
        assertThat(problem.status()).isEqualTo(type.status());
        assertThat(problem.title()).isEqualTo(type.title());
        assertThat(problem.retryAfter().orElse(null)).isEqualTo(retryAfter);
        assertThat(problem.toString()).doesNotContain(SECRET);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void causeOfACompletionExceptionIsReported(Throwable failure, ProblemType type, Duration retryAfter) {
        assertThat(problems.of(new CompletionException(new CompletionException(failure))))
                .isEqualTo(problems.of(failure));
    }

    @Test
    void problemsThatTheCallerCanCorrectSayHow() {
        assertThat(problems.of(new InvalidRequestException("Mend it.", "body")))
                .returns("Mend it.", Problem::detail)
                .satisfies(problem -> assertThat(problem.pointer()).contains("#"));
        assertThat(problems.of(new RejectedException(Reason.TEMPLATE, "Mend it.")))
                .returns("Mend it.", Problem::detail)
                .satisfies(problem -> assertThat(problem.pointer()).contains("#/template"));
        assertThat(problems.of(new RejectedException(Reason.DATA, "Mend it.")))
                .returns("Mend it.", Problem::detail)
                .satisfies(problem -> assertThat(problem.pointer()).contains("#/data"));
    }

    @ParameterizedTest
    @ValueSource(ints = {417, 431, 499})
    void otherClientErrorsKeepTheirStatus(int status) {
        assertThat(problems.of(status)).returns(status, Problem::status).returns("about:blank", Problem::type);
    }

    @Test
    void problemTypesAreDistinctUris() {
        assertThat(Arrays.stream(ProblemType.values()).map(ProblemType::uri))
                .doesNotHaveDuplicates()
                .allMatch(uri -> uri.matches("https://afterimage\\.dev/problems/[a-z-]+"));
    }
}
