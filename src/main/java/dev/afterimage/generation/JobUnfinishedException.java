package dev.afterimage.generation;

import dev.afterimage.limit.Receipts.OpenJob;
import java.time.Duration;
import java.util.Optional;

/**
 * The provider's job has not ended, and this process does not wait for it: its request goes back to the queue, and
 * polls again later. The receipt stays open.
 */
public final class JobUnfinishedException extends GenerationException {

    private final Duration askAgain;
    private final transient Optional<OpenJob> job;

    /**
     * A job that must be polled again later.
     *
     * @param askAgain the wait until the next poll; above zero
     */
    public JobUnfinishedException(Duration askAgain) {
        this(askAgain, Optional.empty());
    }

    private JobUnfinishedException(Duration askAgain, Optional<OpenJob> job) {
        super("the provider's job has not ended yet", null, Billed.MAYBE);
        this.askAgain = askAgain;
        this.job = job;
    }

    public JobUnfinishedException of(OpenJob open) {
        return new JobUnfinishedException(askAgain, Optional.of(open));
    }

    public Duration askAgain() {
        return askAgain;
    }

    /** What finds the job again; empty unless it was given by {@link #of}. */
    public Optional<OpenJob> job() {
        return job;
    }
}
