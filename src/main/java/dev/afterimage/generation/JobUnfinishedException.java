package dev.afterimage.generation;

import dev.afterimage.limit.Receipts.OpenJob;
import java.time.Duration;
import java.util.Optional;

/**
 * The provider's job has not ended, and this process does not wait for it: the request goes back to the queue, and asks
 * again later. The receipt stays open.
 */
public final class JobUnfinishedException extends GenerationException {

    private final Duration askAgain;
    private final transient Optional<OpenJob> job;

    /**
     * A job that must be asked for later.
     *
     * @param askAgain the wait until the provider should be asked again; above zero
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

    /** What finds the job again; empty until {@link #of} names it. */
    public Optional<OpenJob> job() {
        return job;
    }
}
