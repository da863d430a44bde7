package dev.afterimage.provider;

import dev.afterimage.generation.AccessRefusedException;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.OutOfCreditsException;
import dev.afterimage.generation.OutcomeUnknownException;
import dev.afterimage.generation.RejectedException;
import dev.afterimage.generation.RejectedException.Reason;
import dev.afterimage.generation.ThrottledException;
import dev.afterimage.generation.UnavailableException;
import dev.afterimage.provider.Description.Waits;
import java.time.Instant;

/**
 * Translates a provider's failed answer into what it means here, by its status alone. Messages are this service's own: a
 * provider's text may repeat the data or say more than a stranger should read.
 *
 * <p>A server error counts as not billed only where the status says that the provider has not begun: 503 by RFC 9110, and
 * those by which Cloudflare says that it got no connection to the provider (521 refused, 522 timed out, 523 unreachable, 525
 * TLS). After every other one the image may have been made and billed. 420 is how some say 429.
 */
final class AnswerTranslator {

    private AnswerTranslator() {}

    /** What an answer that is no success means. */
    static GenerationException failure(Answer answer, Waits waits, Instant now) {
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
                new AccessRefusedException("The provider refused this service's API key (" + status
                        + "). The operator must set afterimage.provider.api-key.");
            case 402 -> outOfCredits(answer, now);
            case 408, 499, 504, 524 ->
                new OutcomeUnknownException("the provider gave up waiting for its image (" + status + ")", null);
            case 503, 521, 522, 523, 525, 526 ->
                new UnavailableException("the provider is down (" + status + ")", null);
            case 420, 429 -> ThrottledException.byProvider(RetryAfterParser.of(answer, waits, now));
            default -> byClass(status);
        };
    }

    static OutOfCreditsException outOfCredits(Answer answer, Instant now) {
        Instant latest = now.plus(OutOfCreditsException.ASKED_AGAIN_AFTER);
        Instant until = RetryAfterParser.resetAt(answer, now)
                .filter(now::isBefore)
                .or(() -> RetryAfterParser.of(answer, now).map(now::plus))
                .filter(latest::isAfter)
                .orElse(latest);
        return new OutOfCreditsException("the provider's credits are used up (" + answer.status() + ")", until);
    }

    private static GenerationException byClass(int status) {
        if (status >= 500) {
            return OutcomeUnknownException.serverError("the provider failed (" + status + ")");
        }
        if (status / 100 == 3) {
            return new AccessRefusedException("The provider redirects (" + status
                    + "), which is not followed. The operator must set afterimage.provider.url to the final address.");
        }
        return new AccessRefusedException(
                "The provider refused the call (" + status + "). The operator must check afterimage.provider.url.");
    }
}
