package dev.afterimage.store;

import org.jspecify.annotations.Nullable;

/** The store cannot be used now: out of reach, refused, or full. The message is for the operator and holds no secret. */
public class StoreUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StoreUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
