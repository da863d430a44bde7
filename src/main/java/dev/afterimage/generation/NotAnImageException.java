package dev.afterimage.generation;

/** The provider answered, and charged, but what came is no picture that may pass. Not retried, never stored. */
public final class NotAnImageException extends GenerationException {

    private static final long serialVersionUID = 1L;

    public NotAnImageException(String message) {
        super(message, null);
    }

    @Override
    public Billed billed() {
        return Billed.YES;
    }
}
