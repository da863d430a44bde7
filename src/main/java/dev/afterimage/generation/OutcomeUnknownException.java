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

    private final boolean serverError;

    /** No answer came, or the provider answered that it gave up waiting. */
    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        this(message, cause, false, Billed.MAYBE);
    }

    private OutcomeUnknownException(String message, @Nullable Throwable cause, boolean serverError, Billed billed) {
        super(message, cause, billed);
        this.serverError = serverError;
    }

    /** The provider answered with an error of its own, such as 500. */
    public static OutcomeUnknownException serverError(String message) {
        return new OutcomeUnknownException(message, null, true, Billed.MAYBE);
    }

    /** The remembered failure of an earlier call; none was made now, so nothing was billed. */
    public static GenerationException remembered(Optional<Duration> nextPurchase) {
        return new OutcomeUnknownException("the outcome of an earlier call is unknown", null, false, Billed.NO)
                .withNextPurchase(nextPurchase);
    }

    /** Whether the provider answered with an error of its own; false when no answer came in time. */
    public boolean serverError() {
        return serverError;
    }
}
