package dev.afterimage.local;

/** The database cannot be used now. The message names the directory and says what to do; it holds no data. */
class DatabaseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DatabaseException(String message, Throwable cause) {
        super(message, cause);
    }
}
