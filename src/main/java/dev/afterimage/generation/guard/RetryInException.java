package dev.afterimage.generation.guard;

import dev.afterimage.generation.GenerationException;
import java.time.Duration;

/** "Do it again after this wait": how the work tells {@link RetryGuard} what was decided. Never leaves this layer. */
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

    /** What went wrong; thrown instead when the retries are used up. */
    public GenerationException failure() {
        return failure;
    }
}
