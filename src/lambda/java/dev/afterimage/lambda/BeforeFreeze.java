package dev.afterimage.lambda;

import dev.afterimage.time.Deadline;

/**
 * Something to be done at the end of each invocation, before Lambda freezes the process for an unknown time: write metrics
 * out, wait for work in flight. Every bean of this type is called, in the order of its {@code @Priority}.
 */
@FunctionalInterface
public interface BeforeFreeze {

    /**
     * Returns when the process may be frozen. An exception is logged, and the other beans are still called.
     *
     * @param deadline shortly before the invocation's end; without an extension the caller's answer waits for this
     */
    void beforeFreeze(Deadline deadline) throws InterruptedException;
}
