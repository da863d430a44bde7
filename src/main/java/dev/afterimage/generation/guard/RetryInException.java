package dev.afterimage.generation.guard;

import dev.afterimage.generation.GenerationException;
import java.time.Duration;

/** Tells {@link RetryGuard} to run the work again after this wait. Does not leave {@code ResilientGenerator}. */
public class RetryInException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Duration wait;
    private final GenerationException failure;

    public RetryInException(Duration wait, GenerationException failure) {
        super("retry in " + wait, failure, false, false);
        this.wait = wait;
        this.failure = failure;
    }

    public Duration waitBefore() {
        return wait;
    }

    /** The failure of the call; thrown in place of this one when the retries are used up. */
    public GenerationException failure() {
        return failure;
    }
}
