package dev.afterimage.generation;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.Receipts.OpenJob;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A failure to get an image from the provider. Each subclass has its own consequence; {@link #billed()} says whether the
 * call may have been billed. Messages hold no secrets. What the provider wrote stands in them in quotation marks; it may
 * repeat the data, so {@link #withoutQuotes} is what may be logged.
 */
public abstract sealed class GenerationException extends RuntimeException {

    /** Whether the provider charged for the failed call. */
    public enum Billed {
        NO,
        YES,
        /** Nobody knows; counted as yes. */
        MAYBE
    }

    private final Billed billed;
    private @Nullable String account;
    private @Nullable Duration nextPurchase;

    GenerationException(String message, @Nullable Throwable cause, Billed billed) {
        super(message, cause);
        this.billed = billed;
    }

    /** This failure, as that of a call with this account. */
    GenerationException withAccount(String called) {
        account = called;
        return this;
    }

    /** The account whose call failed; empty when no call was tried. */
    Optional<String> account() {
        return Optional.ofNullable(account);
    }

    /** This failure, with the wait until the image may be bought again; empty when its purchases are used up. */
    GenerationException withNextPurchase(Optional<Duration> wait) {
        nextPurchase = wait.orElse(null);
        return this;
    }

    /**
     * After a call that may have been billed, the wait until the image may be bought again; empty when its purchases
     * are used up.
     */
    public Optional<Duration> nextPurchase() {
        return Optional.ofNullable(nextPurchase);
    }

    public Billed billed() {
        return billed;
    }

    /** A message without what the provider wrote, for logs, which hold no data values. */
    public static String withoutQuotes(@Nullable String message) {
        return String.valueOf(message).replaceAll(": \"[^\\n]*\"", "");
    }

    /**
     * Whether a call that ended with this failure may have been billed. Other exceptions than {@link GenerationException}
     * count as thrown before a call left, as those of limiter and queue are; only a {@link StoreUnavailableException} can
     * come after an image was paid for.
     */
    public static boolean mayBeBilled(RuntimeException failure) {
        return failure instanceof GenerationException known
                ? known.billed != Billed.NO
                : failure instanceof StoreUnavailableException;
    }

    /**
     * The provider refuses the request for good: it would fail again until somebody changes the request or the template. Not
     * retried. Nothing was billed.
     */
    public static final class RejectedException extends GenerationException {

        /** What the caller has to change. */
        public enum Reason {
            /** There is no such template. */
            TEMPLATE,
            /** The data does not fit the template, or the format is not offered. */
            DATA,
            /** The provider's moderation refused what it shows. */
            MODERATED
        }

        private final Reason reason;

        /**
         * A rejection by the provider.
         *
         * @param message how to mend the request; shown to the caller
         */
        public RejectedException(Reason reason, String message) {
            super(message, null, Billed.NO);
            this.reason = reason;
        }

        /**
         * The remembered rejection of an earlier call; none was made now.
         *
         * @param detail the reason's name, a space, and the message, as {@link CallSettler#settleFailed} writes it
         */
        public static RejectedException remembered(String detail) {
            int space = detail.indexOf(' ');
            return new RejectedException(Reason.valueOf(detail.substring(0, space)), detail.substring(space + 1));
        }

        public Reason reason() {
            return reason;
        }
    }

    /**
     * The provider, or the fleet's own limiter, asks to wait. A call throttled by the provider is retried after
     * {@link #retryAfter()}, or after a growing back-off when no wait was named, unless {@link RetryPolicy} finds that too
     * long. Nothing was billed.
     */
    public static final class ThrottledException extends GenerationException {

        private final @Nullable Duration retryAfter;
        private final @Nullable Duration startsIn;
        private final boolean byProvider;

        private ThrottledException(
                String message, @Nullable Duration retryAfter, @Nullable Duration startsIn, boolean byProvider) {
            super(message, null, Billed.NO);
            this.retryAfter = retryAfter;
            this.startsIn = startsIn;
            this.byProvider = byProvider;
        }

        /** The provider answered 429 and named this wait; empty when it named none. */
        public static ThrottledException byProvider(Optional<Duration> retryAfter) {
            return retryAfter
                    .map(ThrottledException::byProvider)
                    .orElseGet(() -> new ThrottledException("the provider asks to wait", null, null, true));
        }

        /** The provider answered 429 and named this wait. */
        public static ThrottledException byProvider(Duration retryAfter) {
            return new ThrottledException("the provider asks to wait " + retryAfter, retryAfter, retryAfter, true);
        }

        /** The fleet's limiter has no permit within the caller's patience. Nothing was sent. */
        public static ThrottledException byLimiter(Permit.Denied denied) {
            return new ThrottledException(
                    "no permit for " + denied.retryAfter(), denied.retryAfter(), denied.startsIn(), false);
        }

        /**
         * No call leaves for this request now, whatever the caller's patience: there is no permit for this long,
         * another call for the key is under way, too many requests wait already, or this process ends. Nothing was
         * sent.
         */
        public static ThrottledException byLimiter(Duration retryAfter) {
            return new ThrottledException("no permit for " + retryAfter, retryAfter, retryAfter, false);
        }

        /** The wait, zero or more. Empty when the provider named none; the limiter always names one. */
        public Optional<Duration> retryAfter() {
            return Optional.ofNullable(retryAfter);
        }

        /**
         * The wait after which a request without a deadline for its answer, such as a job, may try again; zero or more. Empty
         * when the provider named no wait.
         */
        public Optional<Duration> startsIn() {
            return Optional.ofNullable(startsIn);
        }

        public boolean byProvider() {
            return byProvider;
        }
    }

    /**
     * The provider is down and has not begun to work on the call (refused connection, 503, open circuit). Nothing was billed;
     * retried with back-off.
     */
    public static sealed class UnavailableException extends GenerationException {

        private final boolean failedFast;

        public UnavailableException(String message, @Nullable Throwable cause) {
            this(message, cause, false);
        }

        private UnavailableException(String message, @Nullable Throwable cause, boolean failedFast) {
            super(message, cause, Billed.NO);
            this.failedFast = failedFast;
        }

        /** The circuit breaker is open: nothing was tried, and a retry would be useless. */
        public static UnavailableException circuitOpen(Throwable cause) {
            return new UnavailableException("the provider failed too often; no call is tried now", cause, true);
        }

        /** Whether nothing was tried, because the provider is known to be down. */
        public boolean failedFast() {
            return failedFast;
        }
    }

    /**
     * The API key or the AWS credentials cannot be read now, so the call did not leave this process. It says nothing of
     * the provider, and every other call would fail in the same way.
     */
    public static final class KeyUnavailableException extends UnavailableException {

        public KeyUnavailableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * The provider refuses the service itself: its API key, its plan or its address. Only the operator can mend it, and every
     * other request would be refused in the same way. Nothing was billed.
     */
    public static final class AccessRefusedException extends GenerationException {

        private final Duration retryAfter;

        /**
         * A refusal of the service.
         *
         * @param message how the operator can mend it; for the log, not for the caller
         */
        public AccessRefusedException(String message) {
            this(message, LaneStop.Reason.ACCESS_REFUSED.probedEvery());
        }

        private AccessRefusedException(String message, Duration retryAfter) {
            super(message, null, Billed.NO);
            this.retryAfter = retryAfter;
        }

        /** The provider refused the service a moment ago; now it was not called. */
        static AccessRefusedException remembered(Duration retryAfter) {
            return new AccessRefusedException("the provider refused the service's key a moment ago", retryAfter);
        }

        /** The wait until the provider is tried again. */
        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /**
     * The provider's answer was billed and is not a valid image. It is not stored, and the image is bought again only as
     * often as {@code afterimage.generation.repurchases} allows.
     */
    public static final class NotAnImageException extends GenerationException {

        public NotAnImageException(String message) {
            this(message, Billed.YES);
        }

        private NotAnImageException(String message, Billed billed) {
            super(message, null, billed);
        }

        /** The remembered failure of an earlier call; none was made now, so nothing was billed. */
        public static GenerationException remembered(Optional<Duration> nextPurchase) {
            return new NotAnImageException("an earlier answer was no image", Billed.NO).withNextPurchase(nextPurchase);
        }
    }

    /**
     * The call left and nobody knows how it ended: no answer came (time-out, connection lost), or one that doesn't say
     * whether the image was made (500, 502, 504). It may have been billed, so it is never repeated within the same request,
     * and the image is bought again only as often as {@code afterimage.generation.repurchases} allows.
     */
    public static final class OutcomeUnknownException extends GenerationException {

        /** What the provider answered. */
        private enum Answer {
            /** Nothing, or that the client was too slow (408, 499). */
            NONE,
            /** That it gave up waiting for its own servers (504, 524), which may still be at work. */
            GATEWAY_TIMEOUT,
            /** An error of its own, such as 500. */
            SERVER_ERROR
        }

        private final Answer answer;

        /** No answer came, or one that says that the request came too slowly. */
        public OutcomeUnknownException(String message, @Nullable Throwable cause) {
            this(message, cause, Answer.NONE, Billed.MAYBE);
        }

        private OutcomeUnknownException(String message, @Nullable Throwable cause, Answer answer, Billed billed) {
            super(message, cause, billed);
            this.answer = answer;
        }

        /** The provider answered with an error of its own, such as 500. */
        public static OutcomeUnknownException serverError(String message) {
            return new OutcomeUnknownException(message, null, Answer.SERVER_ERROR, Billed.MAYBE);
        }

        /** The provider answered that it gave up waiting for its own servers (504, 524), which may still be at work. */
        public static OutcomeUnknownException gatewayTimeout(String message) {
            return new OutcomeUnknownException(message, null, Answer.GATEWAY_TIMEOUT, Billed.MAYBE);
        }

        /** The remembered failure of an earlier call; none was made now, so nothing was billed. */
        public static GenerationException remembered(Optional<Duration> nextPurchase) {
            return new OutcomeUnknownException(
                            "the outcome of an earlier call is unknown", null, Answer.NONE, Billed.NO)
                    .withNextPurchase(nextPurchase);
        }

        /**
         * The remembered failure of earlier calls whose answers were no images, when no further purchase is allowed. It
         * is answered as an unknown outcome, because only an operator can help in either case.
         */
        public static OutcomeUnknownException afterUnusableAnswers() {
            return new OutcomeUnknownException(
                    "the answers of earlier calls were no images", null, Answer.NONE, Billed.NO);
        }

        /** Whether the provider answered with an error of its own, so that the call is no longer in flight there. */
        public boolean serverError() {
            return answer == Answer.SERVER_ERROR;
        }

        /** Whether the provider answered with a 5xx of any kind; false when no answer came in time. */
        public boolean answeredWith5xx() {
            return answer != Answer.NONE;
        }
    }

    /**
     * The month's budget is spent, or the account at the provider is empty. Not retried before {@link #until()}. Nothing was
     * billed.
     */
    public static final class OutOfCreditsException extends GenerationException {

        private final Instant until;
        private final boolean ofTenant;

        public OutOfCreditsException(String message, Instant until) {
            this(message, until, false);
        }

        private OutOfCreditsException(String message, Instant until, boolean ofTenant) {
            super(message, null, Billed.NO);
            this.until = until;
            this.ofTenant = ofTenant;
        }

        /** The tenant's budget of the month is spent; other tenants are still served. */
        public static OutOfCreditsException ofTenant(Instant until) {
            return new OutOfCreditsException("the tenant's budget of the month is spent", until, true);
        }

        /** Whether it is the tenant's budget that is spent, and not the account's. */
        public boolean isOfTenant() {
            return ofTenant;
        }

        public Instant until() {
            return until;
        }
    }

    /**
     * The provider's job has not ended, and this process does not wait for it. A job from the queue goes back there,
     * and polls again later; a caller gets an old image or 202. The receipt stays open.
     */
    public static final class JobUnfinishedException extends GenerationException {

        private final Duration askAgain;
        private final transient Optional<OpenJob> job;

        /**
         * A job that must be polled again later.
         *
         * @param askAgain the wait until the next poll; above zero
         */
        public JobUnfinishedException(Duration askAgain) {
            this(askAgain, Optional.empty());
        }

        private JobUnfinishedException(Duration askAgain, Optional<OpenJob> job) {
            super("the provider's job has not ended yet", null, Billed.MAYBE);
            this.askAgain = askAgain;
            this.job = job;
        }

        /** The same failure, with what finds the job again. */
        public JobUnfinishedException withJob(OpenJob open) {
            return new JobUnfinishedException(askAgain, Optional.of(open));
        }

        public Duration askAgain() {
            return askAgain;
        }

        /** What finds the job again; empty unless it was given by {@link #withJob}. */
        public Optional<OpenJob> job() {
            return job;
        }
    }

    /** The call was not made, because a receipt stands against it. Nothing was billed. */
    public static final class ReceiptStandsException extends GenerationException {

        private final transient Permit.Refused refused;

        public ReceiptStandsException(Permit.Refused refused) {
            super("a receipt stands against this call: " + refused.state(), null, Billed.NO);
            this.refused = refused;
        }

        /** Why it was refused. */
        public Permit.Refused refused() {
            return refused;
        }
    }

    /** The call was not made: when it had its permit, another call had brought the image. Nothing was billed. */
    public static final class ImageExistsException extends GenerationException {

        private final transient IndexEntry entry;

        public ImageExistsException(IndexEntry entry) {
            super("another call has brought the image", null, Billed.NO);
            this.entry = entry;
        }

        public IndexEntry entry() {
            return entry;
        }
    }

    /** The key was deleted while its image was being made: it was billed and is not stored. */
    public static final class DeletedMeanwhileException extends GenerationException {

        public DeletedMeanwhileException() {
            super("The image was deleted while it was being made.", null, Billed.YES);
        }
    }
}
