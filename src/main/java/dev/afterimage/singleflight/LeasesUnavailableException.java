package dev.afterimage.singleflight;

/**
 * The fleet's leases cannot be asked now; what was asked may or may not have been done. The message is for the operator and holds no secret.
 */
public class LeasesUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LeasesUnavailableException(String message, Throwable cause) {
        super(message, cause, false, false);
    }
}
