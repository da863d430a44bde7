package dev.afterimage.jobs;

/** The queue cannot be used now; nothing was accepted. The message is for the operator and holds no job's data. */
public class QueueUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public QueueUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
