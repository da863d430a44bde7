package dev.afterimage.pipeline;

import dev.afterimage.generation.GenerationException;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.pipeline.ImageService.QuotaExceededException;
import java.util.function.Supplier;

/** Charges a caller's quota for work that may be billed, and gives it back when the work cost nothing. */
record QuotaEnforcer(CallerQuota quota) {

    /**
     * Does the work and counts it on the caller's quota. The service itself has none, and a caller who was charged when
     * the job was queued is not charged again.
     *
     * @throws QuotaExceededException when the caller's quota of this hour is used up; the work is not done then
     */
    ImageOutcome charge(GenerationRequest generationRequest, Supplier<ImageOutcome> work) {
        if (!generationRequest.caller().isToBeCharged()) {
            return work.get();
        }
        CallerQuota.Decision.Allowed counted = switch (quota.spend(generationRequest.caller())) {
            case CallerQuota.Decision.Allowed allowed -> allowed;
            case CallerQuota.Decision.Exceeded exceeded -> throw new QuotaExceededException(exceeded.retryAfter());
        };
        try {
            ImageOutcome outcome = work.get();
            if (!mayCost(outcome)) {
                quota.giveBack(generationRequest.caller(), counted);
            }
            return outcome;
        } catch (RuntimeException failure) {
            if (!GenerationException.mayBeBilled(failure)) {
                quota.giveBack(generationRequest.caller(), counted);
            }
            throw failure;
        }
    }

    private static boolean mayCost(ImageOutcome outcome) {
        return switch (outcome) {
            case ImageOutcome.Stored stored -> true;
            case ImageOutcome.Pending pending -> true;
            case ImageOutcome.Hit hit -> false;
            case ImageOutcome.Stale stale -> false;
            case ImageOutcome.Collapsed collapsed -> false;
        };
    }
}
