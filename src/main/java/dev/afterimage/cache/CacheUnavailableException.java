package dev.afterimage.cache;

import org.jspecify.annotations.Nullable;

/** The index or the template versions cannot be asked now. A miss to the caller, a count to the operator. */
public class CacheUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CacheUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
