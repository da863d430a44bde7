package dev.afterimage.http.problem;

import static dev.afterimage.http.problem.ProblemType.ACCESS_REFUSED;
import static dev.afterimage.http.problem.ProblemType.BODY_TOO_LARGE;
import static dev.afterimage.http.problem.ProblemType.DATA_REJECTED;
import static dev.afterimage.http.problem.ProblemType.DELETED;
import static dev.afterimage.http.problem.ProblemType.IDEMPOTENCY_KEY_IN_USE;
import static dev.afterimage.http.problem.ProblemType.IDEMPOTENCY_KEY_REUSED;
import static dev.afterimage.http.problem.ProblemType.INTERNAL_ERROR;
import static dev.afterimage.http.problem.ProblemType.INVALID_REQUEST;
import static dev.afterimage.http.problem.ProblemType.METHOD_NOT_ALLOWED;
import static dev.afterimage.http.problem.ProblemType.NOT_ACCEPTABLE;
import static dev.afterimage.http.problem.ProblemType.NOT_AN_IMAGE;
import static dev.afterimage.http.problem.ProblemType.NOT_FOUND;
import static dev.afterimage.http.problem.ProblemType.OUTCOME_UNKNOWN;
import static dev.afterimage.http.problem.ProblemType.OUT_OF_CREDITS;
import static dev.afterimage.http.problem.ProblemType.OUT_OF_TIME;
import static dev.afterimage.http.problem.ProblemType.PROVIDER_THROTTLED;
import static dev.afterimage.http.problem.ProblemType.PROVIDER_UNAVAILABLE;
import static dev.afterimage.http.problem.ProblemType.QUOTA_EXCEEDED;
import static dev.afterimage.http.problem.ProblemType.SIGNING_KEY_MISSING;
import static dev.afterimage.http.problem.ProblemType.STORAGE_UNAVAILABLE;
import static dev.afterimage.http.problem.ProblemType.TEMPLATE_REJECTED;
import static dev.afterimage.http.problem.ProblemType.TEMPLATE_UNDECLARED;
import static dev.afterimage.http.problem.ProblemType.UNSUPPORTED_MEDIA_TYPE;

import dev.afterimage.batch.BatchIntake.IdempotencyConflictException;
import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.delivery.UrlSigner.SigningKeyUnavailableException;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.DeletedMeanwhileException;
import dev.afterimage.generation.GenerationException.ImageExistsException;
import dev.afterimage.generation.GenerationException.JobUnfinishedException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.ReceiptStandsException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.KeyScheme.UndeclaredTemplateException;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.pipeline.ImageService.QuotaExceededException;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Chooses the problem document for an exception or for a status code of the framework. */
@Singleton
public final class Problems {

    /** A guess at how long an outage of provider or storage lasts. Short, because asking again costs nothing. */
    static final Duration OUTAGE = Duration.ofSeconds(10);

    /** The wait while there is no key to sign with: a guess at how long an operator takes to make the first one. */
    private static final Duration NO_KEY = Duration.ofMinutes(1);

    private final Clock clock;

    public Problems(Clock clock) {
        this.clock = clock;
    }

    Problem of(Throwable failure) {
        return switch (failure) {
            case CompletionException e when e.getCause() != null -> of(e.getCause());
            case ExecutionException e when e.getCause() != null -> of(e.getCause());
            case ProblemException e -> e.problem();
            case TimeoutException e ->
                Problem.of(OUT_OF_TIME, "Ask again in a second: what was being made may be there by then.")
                        .after(Duration.ofSeconds(1));
            case UndeclaredTemplateException e ->
                Problem.of(TEMPLATE_UNDECLARED, e.detail()).at(pointer(e.pointer()));
            case InvalidRequestException e ->
                Problem.of(INVALID_REQUEST, e.detail()).at(pointer(e.pointer()));
            case QuotaExceededException e ->
                Problem.of(
                                QUOTA_EXCEEDED,
                                "Your requests that may cost are used up for this hour; images that exist are still"
                                        + " served. Ask again after the time in Retry-After.")
                        .after(e.retryAfter());
            case GenerationException e -> of(e);
            case IdempotencyConflictException e -> of(e);
            case StoreUnavailableException e -> storage();
            case CacheUnavailableException e -> storage();
            case FleetUnavailableException e -> storage();
            case QueueUnavailableException e -> storage();
            case SigningKeyUnavailableException e ->
                Problem.of(
                                SIGNING_KEY_MISSING,
                                "Nothing was asked for and nothing was billed. The service's operator must give it a key to"
                                        + " sign URLs with: infra/rotate-cdn-keys.sh on AWS, else"
                                        + " afterimage.delivery.private-key. Ask again after the time in Retry-After.")
                        .after(NO_KEY);
            case WebApplicationException e -> of(e.getResponse().getStatus());
            default ->
                Problem.of(
                        INTERNAL_ERROR,
                        "This is a fault of the service, not of the request. Tell its operator the requestId; asking"
                                + " again may help.");
        };
    }

    /** The problem for a status code that the framework chose. */
    Problem of(int status) {
        return switch (status) {
            case 400 -> Problem.of(INVALID_REQUEST, "The path, the query or a header is malformed; see RFC 9110.");
            case 404 -> Problem.of(NOT_FOUND, "Look the path up at /q/openapi.");
            case 405 -> Problem.of(METHOD_NOT_ALLOWED, "Use one of the methods in the Allow header.");
            case 406 -> Problem.of(NOT_ACCEPTABLE, "Send Accept: application/json, or leave the Accept header out.");
            case 413 -> Problem.of(BODY_TOO_LARGE, "Send a smaller body; /q/openapi says how large it may be.");
            case 415 -> Problem.of(UNSUPPORTED_MEDIA_TYPE, "Look the media types of this path up at /q/openapi.");
            default -> {
                Response.Status known = Response.Status.fromStatusCode(status);
                yield status >= 400 && status < 500
                        ? Problem.ofStatus(status, known == null ? "Client Error" : known.getReasonPhrase())
                        : of(new IllegalStateException());
            }
        };
    }

    private Problem of(GenerationException failure) {
        return switch (failure) {
            case RejectedException e -> rejected(e);
            case AccessRefusedException e ->
                Problem.of(
                                ACCESS_REFUSED,
                                "The service's API key, plan or address for the provider is wrong. Its operator must mend"
                                        + " it; images that exist are still served. Ask again after the time in"
                                        + " Retry-After.")
                        .after(e.retryAfter());
            case NotAnImageException e -> notAnImage(e.nextPurchase());
            case OutOfCreditsException e
            when e.isOfTenant() ->
                Problem.of(
                                QUOTA_EXCEEDED,
                                "Your budget for this month is spent; images that exist are still served. Ask again after"
                                        + " the time in Retry-After, or have the operator raise it"
                                        + " (afterimage.budget).")
                        .after(Duration.between(clock.instant(), e.until()));
            case OutOfCreditsException e ->
                Problem.of(
                                OUT_OF_CREDITS,
                                "New images can be had again after the time in Retry-After; images that exist are still"
                                        + " served.")
                        .after(Duration.between(clock.instant(), e.until()));
            case ThrottledException e ->
                Problem.of(
                                PROVIDER_THROTTLED,
                                "Ask again after the time in Retry-After, or send Prefer: respond-async to have the image"
                                        + " made meanwhile.")
                        .after(e.retryAfter().orElse(OUTAGE));
            case UnavailableException e ->
                Problem.of(PROVIDER_UNAVAILABLE, "Nothing was billed. Ask again after the time in Retry-After.")
                        .after(OUTAGE);
            case OutcomeUnknownException e -> unknown(e.nextPurchase());
            case DeletedMeanwhileException e ->
                Problem.of(DELETED, "The image was deleted while it was being made. Ask again to have it made anew.");
            // The pipeline answers these with an outcome.
            case JobUnfinishedException e -> storage();
            case ReceiptStandsException e -> storage();
            case ImageExistsException e -> storage();
        };
    }

    /** The problem of an unknown outcome. It has no Retry-After where only the operator can allow another purchase. */
    private static Problem unknown(Optional<Duration> nextPurchase) {
        Problem problem = Problem.of(
                OUTCOME_UNKNOWN,
                "The image may have been made and billed, but none came that can be used. After the time in Retry-After it"
                        + " may be bought again, as often as afterimage.generation.repurchases allows; without a Retry-After"
                        + " the operator must allow it (DELETE /v1/receipts/{key}).");
        return nextPurchase.map(problem::after).orElse(problem);
    }

    /** The problem of an answer without an image, with a Retry-After as in {@link #unknown}. */
    private static Problem notAnImage(Optional<Duration> nextPurchase) {
        Problem problem = Problem.of(
                NOT_AN_IMAGE,
                "What the provider sent is no PNG, JPEG, WebP or GIF image of the allowed size. Check the template there."
                        + " After the time in Retry-After the image may be bought again, which may cost again; without a"
                        + " Retry-After the operator must allow it (DELETE /v1/receipts/{key}).");
        return nextPurchase.map(problem::after).orElse(problem);
    }

    private static Problem rejected(RejectedException e) {
        return switch (e.reason()) {
            case TEMPLATE ->
                Problem.of(TEMPLATE_REJECTED, String.valueOf(e.getMessage())).at(pointer("template"));
            case MODERATED ->
                Problem.of(ProblemType.MODERATED, String.valueOf(e.getMessage()))
                        .at(pointer("data"));
            case DATA ->
                Problem.of(DATA_REJECTED, String.valueOf(e.getMessage())).at(pointer("data"));
        };
    }

    private static Problem of(IdempotencyConflictException failure) {
        return switch (failure.kind()) {
            case IN_PROGRESS ->
                Problem.of(
                                IDEMPOTENCY_KEY_IN_USE,
                                "The first request with this Idempotency-Key is still being received; ask again in a moment.")
                        .after(Duration.ofSeconds(2));
            case OTHER_PAYLOAD ->
                Problem.of(
                        IDEMPOTENCY_KEY_REUSED,
                        "This Idempotency-Key was used for another upload; use a new key for a new upload.");
        };
    }

    private static Problem storage() {
        return Problem.of(STORAGE_UNAVAILABLE, "Ask again after the time in Retry-After.")
                .after(OUTAGE);
    }

    private static String pointer(String part) {
        return part.equals("body") ? "#" : "#/" + part;
    }
}
