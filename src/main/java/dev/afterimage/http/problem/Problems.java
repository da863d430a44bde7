package dev.afterimage.http.problem;

import dev.afterimage.batch.IdempotencyConflictException;
import dev.afterimage.cache.CacheUnavailableException;
import dev.afterimage.delivery.SigningKeyUnavailableException;
import dev.afterimage.generation.AccessRefusedException;
import dev.afterimage.generation.AlreadyLandedException;
import dev.afterimage.generation.DeletedMeanwhileException;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.JobUnfinishedException;
import dev.afterimage.generation.NotAnImageException;
import dev.afterimage.generation.OutOfCreditsException;
import dev.afterimage.generation.OutcomeUnknownException;
import dev.afterimage.generation.ReceiptStandsException;
import dev.afterimage.generation.RejectedException;
import dev.afterimage.generation.ThrottledException;
import dev.afterimage.generation.UnavailableException;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.UndeclaredTemplateException;
import dev.afterimage.jobs.QueueUnavailableException;
import dev.afterimage.limit.BudgetUnavailableException;
import dev.afterimage.limit.LimiterUnavailableException;
import dev.afterimage.pipeline.QuotaExceededException;
import dev.afterimage.singleflight.LeasesUnavailableException;
import dev.afterimage.store.StoreUnavailableException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Says which problem an exception, or a status code of the framework, means to the client. */
@Singleton
public final class Problems {

    /** A guess at how long an outage lasts; short, because a hit needs neither provider nor storage. */
    static final Duration OUTAGE = Duration.ofSeconds(10);

    /** An operator may be about to make the first key; a guess at how long that takes. */
    private static final Duration NO_KEY = Duration.ofMinutes(1);

    private final Clock clock;

    @Inject
    public Problems(Clock clock) {
        this.clock = clock;
    }

    Problem of(Throwable failure) {
        return switch (failure) {
            case CompletionException e when e.getCause() != null -> of(e.getCause());
            case ExecutionException e when e.getCause() != null -> of(e.getCause());
            case ProblemException e -> e.problem();
            case TimeoutException e ->
                Problem.of(ProblemType.OUT_OF_TIME, "Ask again in a second: what was being made may be there by then.")
                        .after(Duration.ofSeconds(1));
            case UndeclaredTemplateException e ->
                Problem.of(ProblemType.TEMPLATE_UNDECLARED, e.detail()).at(pointer(e.pointer()));
            case InvalidRequestException e ->
                Problem.of(ProblemType.INVALID_REQUEST, e.detail()).at(pointer(e.pointer()));
            case QuotaExceededException e ->
                Problem.of(
                                ProblemType.QUOTA_EXCEEDED,
                                "Your requests that may cost are used up for this hour; images that exist are still"
                                        + " served. Ask again after the time in Retry-After.")
                        .after(e.retryAfter());
            case GenerationException e -> of(e);
            case IdempotencyConflictException e -> of(e);
            case StoreUnavailableException e -> storage();
            case CacheUnavailableException e -> storage();
            case BudgetUnavailableException e -> storage();
            case LimiterUnavailableException e -> storage();
            case LeasesUnavailableException e -> storage();
            case QueueUnavailableException e -> storage();
            case SigningKeyUnavailableException e ->
                Problem.of(
                                ProblemType.SIGNING_KEY_MISSING,
                                "Nothing was asked for and nothing was billed. The service's operator must give it a key to"
                                        + " sign URLs with: infra/rotate-cdn-keys.sh on AWS, else"
                                        + " afterimage.delivery.private-key. Ask again after the time in Retry-After.")
                        .after(NO_KEY);
            case WebApplicationException e -> of(e.getResponse().getStatus());
            default ->
                Problem.of(
                        ProblemType.INTERNAL_ERROR,
                        "This is a fault of the service, not of the request. Tell its operator the requestId; asking"
                                + " again may help.");
        };
    }

    /** What a status code means that the framework chose. */
    Problem of(int status) {
        return switch (status) {
            case 400 ->
                Problem.of(ProblemType.INVALID_REQUEST, "The path, the query or a header is malformed; see RFC 9110.");
            case 404 -> Problem.of(ProblemType.NOT_FOUND, "Look the path up at /q/openapi.");
            case 405 -> Problem.of(ProblemType.METHOD_NOT_ALLOWED, "Use one of the methods in the Allow header.");
            case 406 ->
                Problem.of(
                        ProblemType.NOT_ACCEPTABLE, "Send Accept: application/json, or leave the Accept header out.");
            case 413 ->
                Problem.of(ProblemType.BODY_TOO_LARGE, "Send a smaller body; /q/openapi says how large it may be.");
            case 415 ->
                Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Look the media types of this path up at /q/openapi.");
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
                                ProblemType.ACCESS_REFUSED,
                                "The service's API key, plan or address for the provider is wrong. Its operator must mend"
                                        + " it; images that exist are still served. Ask again after the time in"
                                        + " Retry-After.")
                        .after(e.retryAfter());
            case NotAnImageException e ->
                Problem.of(
                        ProblemType.NOT_AN_IMAGE,
                        "What the provider sent is no PNG, JPEG, WebP or GIF image of the allowed size. Check the template"
                                + " there; asking again costs again.");
            case OutOfCreditsException e
            when e.isTenants() ->
                Problem.of(
                                ProblemType.QUOTA_EXCEEDED,
                                "Your budget for this month is spent; images that exist are still served. Ask again after"
                                        + " the time in Retry-After, or have the operator raise it"
                                        + " (afterimage.budget).")
                        .after(Duration.between(clock.instant(), e.until()));
            case OutOfCreditsException e ->
                Problem.of(
                                ProblemType.OUT_OF_CREDITS,
                                "New images can be had again after the time in Retry-After; images that exist are still"
                                        + " served.")
                        .after(Duration.between(clock.instant(), e.until()));
            case ThrottledException e ->
                Problem.of(
                                ProblemType.PROVIDER_THROTTLED,
                                "Ask again after the time in Retry-After, or send Prefer: respond-async to have the image"
                                        + " made meanwhile.")
                        .after(e.retryAfter().orElse(OUTAGE));
            case UnavailableException e ->
                Problem.of(
                                ProblemType.PROVIDER_UNAVAILABLE,
                                "Nothing was billed. Ask again after the time in Retry-After.")
                        .after(OUTAGE);
            case OutcomeUnknownException e -> unknown(e.nextPurchase());
            case DeletedMeanwhileException e ->
                Problem.of(
                        ProblemType.DELETED,
                        "The image was deleted while it was being made. Ask again to have it made anew.");
            // The pipeline answers these with an outcome.
            case JobUnfinishedException e -> storage();
            case ReceiptStandsException e -> storage();
            case AlreadyLandedException e -> storage();
        };
    }

    /** Without a wait where the image is not bought again by itself. */
    private static Problem unknown(Optional<Duration> nextPurchase) {
        Problem problem = Problem.of(
                ProblemType.OUTCOME_UNKNOWN,
                "The image may have been made and billed, and the provider did not say. After the time in Retry-After it may"
                        + " be bought again, as often as afterimage.generation.repurchases allows; without a Retry-After the"
                        + " operator must allow it (DELETE /v1/receipts/{key}).");
        return nextPurchase.map(problem::after).orElse(problem);
    }

    private static Problem rejected(RejectedException e) {
        return switch (e.reason()) {
            case TEMPLATE ->
                Problem.of(ProblemType.TEMPLATE_REJECTED, String.valueOf(e.getMessage()))
                        .at(pointer("template"));
            case MODERATED ->
                Problem.of(ProblemType.MODERATED, String.valueOf(e.getMessage()))
                        .at(pointer("data"));
            case DATA ->
                Problem.of(ProblemType.DATA_REJECTED, String.valueOf(e.getMessage()))
                        .at(pointer("data"));
        };
    }

    private static Problem of(IdempotencyConflictException failure) {
        String detail = String.valueOf(failure.getMessage());
        return switch (failure.kind()) {
            case IN_PROGRESS ->
                Problem.of(ProblemType.IDEMPOTENCY_KEY_IN_USE, detail).after(Duration.ofSeconds(2));
            case OTHER_PAYLOAD -> Problem.of(ProblemType.IDEMPOTENCY_KEY_REUSED, detail);
        };
    }

    private static Problem storage() {
        return Problem.of(ProblemType.STORAGE_UNAVAILABLE, "Ask again after the time in Retry-After.")
                .after(OUTAGE);
    }

    private static String pointer(String part) {
        return part.equals("body") ? "#" : "#/" + part;
    }
}
