package dev.afterimage.pipeline;

import dev.afterimage.generation.GenerationException;
import dev.afterimage.limit.CallerQuota;
import java.util.function.Supplier;

/** Charges a caller's quota for work that may cost, and gives it back when it cost nothing. */
final class QuotaEnforcer {

    private final CallerQuota quota;

    QuotaEnforcer(CallerQuota quota) {
        this.quota = quota;
    }

    /**
     * Does the work at the caller's expense; the service itself has no quota.
     *
     * @throws QuotaExceededException when the caller's hour is used up; the work is not done then
     */
    ImageOutcome charge(GenerationRequest generationRequest, Supplier<ImageOutcome> work) {
        if (!generationRequest.caller().isCharged()) {
            return work.get();
        }
        switch (quota.spend(generationRequest.caller())) {
            case CallerQuota.Decision.Allowed allowed -> {}
            case CallerQuota.Decision.Exceeded exceeded -> throw new QuotaExceededException(exceeded.retryAfter());
        }
        try {
            ImageOutcome outcome = work.get();
            if (!mayCost(outcome)) {
                quota.giveBack(generationRequest.caller());
            }
            return outcome;
        } catch (RuntimeException failure) {
            if (!GenerationException.mayBeBilled(failure)) {
                quota.giveBack(generationRequest.caller());
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
