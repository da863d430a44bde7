package dev.afterimage.generation;

/**
 * There is no picture. Each kind has its own fate; {@link #billed()} says whether the provider may have charged for it.
 * Messages are for the operator: they hold neither data values nor secrets.
 */
public abstract sealed class GenerationException extends RuntimeException
        permits ThrottledException,
                OutOfCreditsException,
                RejectedException,
                AccessRefusedException,
                OutcomeUnknownException,
                UnavailableException,
                NotAnImageException {

    private static final long serialVersionUID = 1L;

    /** Whether the provider charged for the failed call. */
    public enum Billed {
        NO,
        YES,
        /** Nobody knows; counted as yes. */
        MAYBE
    }

    GenerationException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
        super(message, cause);
    }

    public abstract Billed billed();
}
