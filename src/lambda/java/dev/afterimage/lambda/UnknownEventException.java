package dev.afterimage.lambda;

/** The event is none that this function knows. The message says what it looks like, and holds none of its values. */
public final class UnknownEventException extends RuntimeException {

    public UnknownEventException(String message) {
        super(message);
    }
}
