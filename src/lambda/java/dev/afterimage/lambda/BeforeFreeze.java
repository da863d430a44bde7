package dev.afterimage.lambda;

import dev.afterimage.time.Deadline;

/**
 * Something to be done at the end of each invocation, before Lambda freezes the process for an unknown time: write metrics
 * out, wait for work in flight. Every bean of this type is called, in the order of its {@code @Priority}.
 */
@FunctionalInterface
public interface BeforeFreeze {

    /**
     * Returns when the process may be frozen. An exception is logged and keeps nobody else from being called.
     *
     * @param deadline the invocation's end, some margin before it; the caller's answer waits until then
     */
    void beforeFreeze(Deadline deadline) throws InterruptedException;
}
