package dev.afterimage.delivery;

/** There is no key to sign with: it was never read, and cannot be read now. Holds no secret. */
public class SigningKeyUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SigningKeyUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
