package dev.afterimage.generation;

import org.jspecify.annotations.Nullable;

/** The provider is down (5xx, refused connection, open circuit). Nothing was billed; retried with back-off. */
public final class UnavailableException extends GenerationException {

    private static final long serialVersionUID = 1L;

    public UnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public Billed billed() {
        return Billed.NO;
    }
}
