package dev.afterimage.aws;

import org.jspecify.annotations.Nullable;

/** A secret cannot be read, or isn't what it should be. The message is for the operator and holds nothing of it. */
public class SecretUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SecretUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
