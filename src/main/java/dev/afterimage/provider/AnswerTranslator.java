package dev.afterimage.provider;

import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.OutOfCreditsException;
import dev.afterimage.generation.OutcomeUnknownException;
import dev.afterimage.generation.RejectedException;
import dev.afterimage.generation.RejectedException.Reason;
import dev.afterimage.generation.ThrottledException;
import dev.afterimage.generation.UnavailableException;
import java.time.Duration;
import java.time.Instant;

/**
 * Translates a provider's failed answer into what it means here, by its status alone. Messages are this service's own: a
 * provider's text may repeat the data or say more than a stranger should read.
 */
final class AnswerTranslator {

    /** Credits may be bought at any time, so a month is not waited for when none was named. */
    private static final Duration LOOK_AGAIN_AT_CREDITS = Duration.ofHours(1);

    private AnswerTranslator() {}

    /** What an answer that is no success means. */
    static GenerationException failure(Answer answer, Instant now) {
        int status = answer.status();
        return switch (status) {
            case 400, 409, 411, 413, 414, 422, 431 ->
                new RejectedException(
                        Reason.DATA,
                        "The provider refused the data (" + status + "). Compare it with the template's fields.");
            case 406, 415 ->
                new RejectedException(
                        Reason.DATA,
                        "The provider does not offer this format (" + status + "). Ask for another one, such as png.");
            case 404, 410 ->
                new RejectedException(
                        Reason.TEMPLATE,
                        "The provider knows no such template (" + status
                                + "). Check its name in the provider's editor.");
            case 401, 403, 407 ->
                new RejectedException(
                        Reason.ACCESS,
                        "The provider refused this service's API key (" + status
                                + "). The operator must set afterimage.provider.api-key.");
            case 402 -> outOfCredits(answer, now);
            case 408, 499, 504, 524 ->
                new OutcomeUnknownException("the provider gave up waiting for its picture (" + status + ")", null);
            case 429 -> ThrottledException.byProvider(WaitHint.of(answer, now));
            default -> byClass(status);
        };
    }

    static OutOfCreditsException outOfCredits(Answer answer, Instant now) {
        Instant until = WaitHint.resetAt(answer, now)
                .filter(now::isBefore)
                .orElseGet(() -> now.plus(WaitHint.of(answer, now).orElse(LOOK_AGAIN_AT_CREDITS)));
        return new OutOfCreditsException("the provider's credits are used up (" + answer.status() + ")", until);
    }

    private static GenerationException byClass(int status) {
        if (status >= 500) {
            return new UnavailableException("the provider failed (" + status + ")", null);
        }
        if (status / 100 == 3) {
            return new RejectedException(
                    Reason.ACCESS,
                    "The provider redirects (" + status
                            + "), which is not followed. The operator must set afterimage.provider.url to the final address.");
        }
        return new RejectedException(
                Reason.ACCESS,
                "The provider refused the call (" + status + "). The operator must check afterimage.provider.url.");
    }
}
