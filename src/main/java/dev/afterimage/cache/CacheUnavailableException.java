package dev.afterimage.cache;

import org.jspecify.annotations.Nullable;

/** The index or the template versions cannot be asked now. Callers treat it as a miss; a meter counts it for the operator. */
public class CacheUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CacheUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
