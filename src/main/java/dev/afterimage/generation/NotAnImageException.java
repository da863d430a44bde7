package dev.afterimage.generation;

import java.time.Duration;
import java.util.Optional;

/**
 * The provider's answer was billed and is not a valid image. It is not stored, and the image is bought again only as
 * often as {@code afterimage.generation.repurchases} allows.
 */
public final class NotAnImageException extends GenerationException {

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
