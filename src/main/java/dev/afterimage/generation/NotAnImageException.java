package dev.afterimage.generation;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The provider's answer was billed and is not a valid image. It is not stored, and the image is bought again only as
 * often as {@code afterimage.generation.repurchases} allows.
 */
public final class NotAnImageException extends GenerationException {

    private static final long serialVersionUID = 1L;

    private final boolean remembered;
    private final @Nullable Duration nextPurchase;

    public NotAnImageException(String message) {
        this(message, false, null);
    }

    private NotAnImageException(String message, boolean remembered, @Nullable Duration nextPurchase) {
        super(message, null);
        this.remembered = remembered;
        this.nextPurchase = nextPurchase;
    }

    /** The remembered failure of an earlier call; none was made now, so nothing was billed. */
    public static NotAnImageException remembered(Optional<Duration> nextPurchase) {
        return new NotAnImageException("an earlier answer was no image", true, nextPurchase.orElse(null));
    }

    /** The same failure with the wait until the image may be bought again; empty for not at all. */
    NotAnImageException withNextPurchase(Optional<Duration> wait) {
        return new NotAnImageException(String.valueOf(getMessage()), remembered, wait.orElse(null));
    }

    /** The wait until the image may be bought again; empty when its purchases are used up. */
    public Optional<Duration> nextPurchase() {
        return Optional.ofNullable(nextPurchase);
    }

    @Override
    public Billed billed() {
        return remembered ? Billed.NO : Billed.YES;
    }
}
