package dev.afterimage.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.KeyUnavailableException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.jobs.BatchRows.RowResult;
import dev.afterimage.jobs.JobOutcomes.AttemptPolicy;
import dev.afterimage.jobs.JobOutcomes.JobOutcome;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Permit;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService.QuotaExceededException;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobOutcomesTest {

    private static final Duration BACK_OFF = Duration.ofSeconds(15);

    private final MutableClock clock = new MutableClock(Instant.parse("2026-03-01T00:00:00Z"));
    private final JobOutcomes outcomes =
            new JobOutcomes(new AttemptPolicy(3, BACK_OFF, Duration.ofMinutes(15), 2), clock, () -> 0L);

    @Test
    void imageCompletesTheJob() {
        ImageKey key = new ImageKey("a".repeat(64));
        IndexEntry entry = new IndexEntry(key, ImageFormat.PNG, 1, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH);

        assertThat(outcomes.of(new ImageOutcome.Hit(entry), 0))
                .isEqualTo(new JobOutcome.Done(RowResult.Outcome.HIT, key));
        assertThat(outcomes.of(new ImageOutcome.Collapsed(entry), 0))
                .isEqualTo(new JobOutcome.Done(RowResult.Outcome.HIT, key));
        assertThat(outcomes.of(new ImageOutcome.Stored(entry), 0))
                .isEqualTo(new JobOutcome.Done(RowResult.Outcome.GENERATED, key));
        assertThat(outcomes.of(new ImageOutcome.Pending(key, Duration.ofSeconds(4)), 0))
                .isEqualTo(new JobOutcome.Wait(Duration.ofSeconds(4), false));
        assertThat(outcomes.of(new ImageOutcome.Stale(entry, Duration.ofHours(1)), 0))
                .isInstanceOf(JobOutcome.Retry.class);
    }

    @Test
    void unavailableRedisOrStoreUsesNoAttempt() {
        Exception cause = new IllegalStateException();
        for (RuntimeException lost : List.of(
                new CacheUnavailableException("gone", cause),
                new FleetUnavailableException("gone", cause),
                new StoreUnavailableException("full", cause),
                new QueueUnavailableException("gone", cause))) {
            assertThat(outcomes.of(lost, 2)).isEqualTo(new JobOutcome.Wait(Duration.ofSeconds(15), true));
        }
    }

    @Test
    void jobWaitsAsLongAsTheFailureNames() {
        assertThat(outcomes.of(ThrottledException.byProvider(Duration.ofSeconds(77)), 2))
                .isEqualTo(new JobOutcome.Wait(Duration.ofSeconds(77), true));
        assertThat(outcomes.of(
                        new OutOfCreditsException("spent", clock.instant().plusSeconds(99)), 2))
                .isEqualTo(new JobOutcome.Wait(Duration.ofSeconds(99), true));
        assertThat(outcomes.of(new QuotaExceededException(Duration.ofMinutes(9)), 2))
                .isEqualTo(new JobOutcome.Wait(Duration.ofMinutes(9), false));
    }

    @Test
    void throttledJobWaitsUntilACallMayLeaveAndNotForItsLatency() {
        for (Duration startsIn : List.of(Duration.ZERO, Duration.ofSeconds(3))) {
            ThrottledException late = ThrottledException.byLimiter(
                    new Permit.Denied(Duration.ofSeconds(40), startsIn, Permit.Reason.RATE));
            assertThat(outcomes.of(late, 2))
                    .isEqualTo(new JobOutcome.Wait(Duration.ofSeconds(Math.max(1, startsIn.toSeconds())), true));
        }
    }

    @Test
    void outOfCreditsIsNotWaitedForUntilNextMonth() {
        assertThat(outcomes.of(
                        new OutOfCreditsException("spent", clock.instant().plus(Duration.ofDays(30))), 2))
                .isEqualTo(new JobOutcome.Wait(Duration.ofMinutes(15), true));
    }

    @Test
    void aRefusedApiKeyMakesEveryJobWaitAndUsesUpNoAttempt() {
        assertThat(outcomes.of(new AccessRefusedException("401"), 2))
                .isEqualTo(new JobOutcome.Wait(Duration.ofMinutes(1), true));
    }

    @Test
    void permanentFailureIsDeadLetteredAtOnce() {
        assertThat(outcomes.of(new RejectedException(RejectedException.Reason.DATA, "no title"), 0))
                .isEqualTo(new JobOutcome.DeadLettered("no title"));
        assertThat(outcomes.of(new InvalidRequestException("mend it", "data"), 0))
                .isEqualTo(new JobOutcome.DeadLettered("mend it"));
    }

    @Test
    void repeatableUnknownOutcomeMakesOnlyItsJobWaitWithoutUsingAnAttempt() {
        Duration wait = Duration.ofMinutes(1);
        JobOutcome later = new JobOutcome.Wait(wait.plusSeconds(1), false);

        assertThat(outcomes.of(OutcomeUnknownException.remembered(Optional.of(wait)), 2))
                .isEqualTo(later);
        assertThat(outcomes.of(NotAnImageException.remembered(Optional.of(wait)), 2))
                .isEqualTo(later);
    }

    @Test
    void whenItsPurchasesAreUsedUpAJobIsDeadLetteredWithTheReason() {
        assertThat(outcomes.of(OutcomeUnknownException.remembered(Optional.empty()), 0))
                .isInstanceOfSatisfying(
                        JobOutcome.DeadLettered.class,
                        deadLetter -> assertThat(deadLetter.reason()).startsWith("outcome-unknown: "));
        assertThat(outcomes.of(NotAnImageException.remembered(Optional.empty()), 0))
                .isInstanceOfSatisfying(
                        JobOutcome.DeadLettered.class,
                        deadLetter -> assertThat(deadLetter.reason()).startsWith("not-an-image: "));
    }

    @Test
    void anOutageIsRetriedWithDoublingWaitsAndThenGivenUp() {
        UnavailableException outage = new UnavailableException("503", null);

        assertThat(outcomes.of(outage, 0)).isEqualTo(new JobOutcome.Retry(BACK_OFF, "503"));
        assertThat(outcomes.of(outage, 1)).isEqualTo(new JobOutcome.Retry(BACK_OFF.multipliedBy(2), "503"));
        assertThat(outcomes.of(outage, 2)).isEqualTo(new JobOutcome.DeadLettered("503 Given up after 3 attempts."));
    }

    @Test
    void openCircuitUsesNoAttempt() {
        assertThat(outcomes.of(UnavailableException.circuitOpen(new IllegalStateException()), 2))
                .isEqualTo(new JobOutcome.Wait(BACK_OFF, true));
    }

    @Test
    void unreadableApiKeyUsesNoAttempt() {
        assertThat(outcomes.of(new KeyUnavailableException("cannot be read", null), 2))
                .isEqualTo(new JobOutcome.Wait(BACK_OFF, true));
    }

    @Test
    void unexpectedExceptionIsRetriedAndItsMessageIsHidden() {
        assertThat(outcomes.of(new IllegalStateException("apiKey=s3cret"), 0))
                .isInstanceOfSatisfying(
                        JobOutcome.Retry.class,
                        retry -> assertThat(retry.reason()).doesNotContain("s3cret"));
    }

    @Test
    void retryWaitIsCappedAndJittered() {
        AttemptPolicy policy = new AttemptPolicy(99, BACK_OFF, Duration.ofMinutes(15), 1);

        assertThat(policy.waitAfter(40, 0)).isEqualTo(Duration.ofMinutes(15));
        assertThat(policy.waitAfter(0, 1)).isEqualTo(Duration.ofSeconds(12));
    }
}
