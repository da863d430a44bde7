package dev.afterimage.jobs;

import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.DeletedMeanwhileException;
import dev.afterimage.generation.GenerationException.ImageExistsException;
import dev.afterimage.generation.GenerationException.JobUnfinishedException;
import dev.afterimage.generation.GenerationException.KeyUnavailableException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.ReceiptStandsException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.jobs.BatchRows.RowResult;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.Receipts.OpenJob;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService.QuotaExceededException;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Decides what becomes of a job after an outcome or a failure of the pipeline. */
public final class JobOutcomes {

    /** The shortest wait after a throttled call, and the wait where the provider names no time. */
    private static final Duration LEAST_WAIT = Duration.ofSeconds(1);

    /** The wait while Redis, the queue or the store cannot be reached, because no job can end then. */
    static final JobOutcome.Wait OUTAGE = new JobOutcome.Wait(Duration.ofSeconds(15), true);

    private final AttemptPolicy policy;
    private final Clock clock;
    private final RandomGenerator random;

    public JobOutcomes(AttemptPolicy policy, Clock clock, RandomGenerator random) {
        this.policy = policy;
        this.clock = clock;
        this.random = random;
    }

    JobOutcome of(ImageOutcome outcome, int attempts) {
        return switch (outcome) {
            case ImageOutcome.Hit hit -> new JobOutcome.Done(RowResult.Outcome.HIT, hit.key());
            case ImageOutcome.Collapsed collapsed -> new JobOutcome.Done(RowResult.Outcome.HIT, collapsed.key());
            case ImageOutcome.Stored stored -> new JobOutcome.Done(RowResult.Outcome.GENERATED, stored.key());
            case ImageOutcome.Pending pending -> new JobOutcome.Wait(pending.retryAfter(), false);
            case ImageOutcome.Stale stale -> retry(attempts, "Only a stale image was available.");
        };
    }

    JobOutcome of(Throwable failure, int attempts) {
        return switch (failure) {
            case GenerationException generation -> of(generation, attempts);
            case QuotaExceededException quota -> new JobOutcome.Wait(quota.retryAfter(), false);
            case InvalidRequestException invalid -> new JobOutcome.DeadLettered(invalid.detail());
            case CacheUnavailableException gone -> OUTAGE;
            case FleetUnavailableException gone -> OUTAGE;
            case QueueUnavailableException gone -> OUTAGE;
            case StoreUnavailableException gone -> OUTAGE;
            // The message of an unknown exception may hold anything, even data, so only its class is named.
            default -> retry(attempts, "Unexpected " + failure.getClass().getSimpleName() + "; see the log.");
        };
    }

    private JobOutcome of(GenerationException failure, int attempts) {
        return switch (failure) {
            case ThrottledException throttled -> {
                Duration wait = throttled.startsIn().orElse(LEAST_WAIT);
                yield new JobOutcome.Wait(wait.compareTo(LEAST_WAIT) < 0 ? LEAST_WAIT : wait, true);
            }
            case OutOfCreditsException credits ->
                new JobOutcome.Wait(untilAskedForCredits(credits), !credits.isOfTenant());
            case AccessRefusedException refused -> new JobOutcome.Wait(refused.retryAfter(), true);
            case RejectedException rejected -> new JobOutcome.DeadLettered(message(rejected));
            case NotAnImageException useless -> buyAgain(useless.nextPurchase(), "not-an-image: " + message(useless));
            case OutcomeUnknownException unknown ->
                buyAgain(
                        unknown.nextPurchase(),
                        "outcome-unknown: the image may have been made and billed, and its purchases are used up: "
                                + message(unknown));
            case DeletedMeanwhileException deleted -> new JobOutcome.DeadLettered(message(deleted));
            case JobUnfinishedException unfinished ->
                unfinished
                        .job()
                        .<JobOutcome>map(job -> new JobOutcome.Unfinished(unfinished.askAgain(), job))
                        .orElseGet(() -> new JobOutcome.Wait(unfinished.askAgain(), false));
            // The pipeline answers these two with an outcome.
            case ReceiptStandsException standing -> retry(attempts, message(standing));
            case ImageExistsException exists -> retry(attempts, message(exists));
            case KeyUnavailableException unread -> new JobOutcome.Wait(policy.backOff(), true);
            case UnavailableException unavailable ->
                unavailable.failedFast()
                        ? new JobOutcome.Wait(policy.backOff(), true)
                        : retry(attempts, message(unavailable));
        };
    }

    /**
     * The outcome of a call that brought no image. The call uses no attempt of the job, because the receipt counts how often
     * the image may be bought again.
     */
    private static JobOutcome buyAgain(Optional<Duration> nextPurchase, String reason) {
        return nextPurchase
                .<JobOutcome>map(wait -> new JobOutcome.Wait(wait.plus(LEAST_WAIT), false))
                .orElseGet(() -> new JobOutcome.DeadLettered(reason));
    }

    private Duration untilAskedForCredits(OutOfCreditsException credits) {
        Duration named = Duration.between(clock.instant(), credits.until());
        Duration longest = LaneStop.Reason.OUT_OF_CREDITS.probedEvery();
        return named.compareTo(longest) < 0 ? named : longest;
    }

    /** Whether the job was delivered so often without ending that it is given up. */
    boolean isPoison(int deliveries) {
        return deliveries > policy.maxDeliveries();
    }

    /** The outcome of a failed attempt: another one, or the dead-letter queue when all are used up. */
    JobOutcome retry(int attempts, String reason) {
        return attempts + 1 >= policy.maxAttempts()
                ? new JobOutcome.DeadLettered(reason + " Given up after " + (attempts + 1) + " attempts.")
                : new JobOutcome.Retry(policy.waitAfter(attempts, random.nextDouble()), reason);
    }

    private static String message(GenerationException failure) {
        return String.valueOf(failure.getMessage());
    }

    /** What is to become of a job that was tried. */
    public sealed interface JobOutcome {

        /** There is an image. */
        record Done(RowResult.Outcome how, ImageKey key) implements JobOutcome {}

        /** A callback's receiver has taken it. */
        record CallbackTaken() implements JobOutcome {}

        /**
         * It goes back to the queue, because it must wait: for an image that is being made, for the provider, the
         * limiter, the budget or the quota, or for the end of an outage. Uses no attempt.
         *
         * @param delay how long it must wait
         * @param concernsOthers whether the other jobs of its lane and image API would have to wait, too
         */
        record Wait(Duration delay, boolean concernsOthers) implements JobOutcome {}

        /**
         * The provider's job has not ended: this one goes back to the queue, to poll again later. Uses no attempt.
         *
         * @param job what finds the provider's job again
         */
        record Unfinished(Duration delay, OpenJob job) implements JobOutcome {}

        /** It failed and may succeed later. Uses an attempt. */
        record Retry(Duration delay, String reason) implements JobOutcome {}

        /** It failed for good: an operator must look at it. */
        record DeadLettered(String reason) implements JobOutcome {}
    }

    /**
     * How many attempts a job gets, and how far apart.
     *
     * @param maxAttempts failed attempts after which it goes to the dead-letter queue, at least 1
     * @param backOff the wait after the first failed attempt; it doubles each time
     * @param maxBackOff the longest wait
     * @param maxDeliveries deliveries after which it goes there, too, when none of them ended (the worker died); at
     *     least 1
     */
    public record AttemptPolicy(int maxAttempts, Duration backOff, Duration maxBackOff, int maxDeliveries) {

        public AttemptPolicy {
            if (maxAttempts < 1 || maxDeliveries < 1) {
                throw new IllegalArgumentException(
                        "afterimage.pregeneration.max-attempts and .max-deliveries must be at least 1");
            }
            if (backOff.isNegative() || maxBackOff.compareTo(backOff) < 0) {
                throw new IllegalArgumentException(
                        "afterimage.pregeneration.back-off must be zero or more, and .max-back-off not below it");
            }
        }

        /**
         * The wait after one more failed attempt, shortened at random by up to a fifth, so that jobs that failed together do
         * not come back together.
         *
         * @param attempts failed attempts before this one
         * @param random from 0 to 1
         */
        Duration waitAfter(int attempts, double random) {
            Duration full = backOff.multipliedBy(1L << Math.min(attempts, 30));
            Duration capped = full.compareTo(maxBackOff) > 0 ? maxBackOff : full;
            return capped.minusMillis((long) (capped.toMillis() * random / 5));
        }
    }
}
