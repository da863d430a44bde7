package dev.afterimage.generation;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The call left and nobody knows how it ended: no answer came (time-out, connection lost), or one that doesn't say
 * whether the image was made (500, 502, 504). It may have been billed, so it is never repeated within the same request,
 * and the image is bought again only as often as {@code afterimage.generation.repurchases} allows.
 */
public final class OutcomeUnknownException extends GenerationException {

    private static final long serialVersionUID = 1L;

    private final boolean serverError;
    private final boolean remembered;
    private final @Nullable Duration nextPurchase;

    /** No answer came, or the provider answered that it gave up waiting. */
    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        this(message, cause, false, false, null);
    }

    private OutcomeUnknownException(
            String message,
            @Nullable Throwable cause,
            boolean serverError,
            boolean remembered,
            @Nullable Duration nextPurchase) {
        super(message, cause);
        this.serverError = serverError;
        this.remembered = remembered;
        this.nextPurchase = nextPurchase;
    }

    /** The provider answered with an error of its own, such as 500. */
    public static OutcomeUnknownException serverError(String message) {
        return new OutcomeUnknownException(message, null, true, false, null);
    }

    /** The remembered failure of an earlier call; none was made now, so nothing was billed. */
    public static OutcomeUnknownException remembered(Optional<Duration> nextPurchase) {
        return new OutcomeUnknownException(
                "the outcome of an earlier call is unknown", null, false, true, nextPurchase.orElse(null));
    }

    /** The same failure with the wait until the image may be bought again; empty for not at all. */
    OutcomeUnknownException withNextPurchase(Optional<Duration> wait) {
        return new OutcomeUnknownException(
                String.valueOf(getMessage()), getCause(), serverError, remembered, wait.orElse(null));
    }

    /** Whether the provider answered with an error of its own; false when no answer came in time. */
    public boolean serverError() {
        return serverError;
    }

    /** The wait until the image may be bought again; empty when its purchases are used up. */
    public Optional<Duration> nextPurchase() {
        return Optional.ofNullable(nextPurchase);
    }

    @Override
    public Billed billed() {
        return remembered ? Billed.NO : Billed.MAYBE;
    }
}
