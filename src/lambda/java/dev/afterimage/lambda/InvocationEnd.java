package dev.afterimage.lambda;

import dev.afterimage.time.Deadline;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Supplier;

/** Calls all {@link BeforeFreeze} beans before the process is frozen. */
public final class InvocationEnd {

    private static final System.Logger LOG = System.getLogger(InvocationEnd.class.getName());

    private final Supplier<List<BeforeFreeze>> hooks;

    InvocationEnd(Supplier<List<BeforeFreeze>> hooks) {
        this.hooks = hooks;
    }

    void run(Deadline deadline) {
        for (BeforeFreeze hook : hooks.get()) {
            try {
                hook.beforeFreeze(deadline);
            } catch (InterruptedException e) {
                // Lambda shuts the process down; the other beans are still called.
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "a BeforeFreeze bean failed at the end of the invocation", e);
            }
        }
    }

    /**
     * Something to be done at the end of each invocation, before Lambda freezes the process for an unknown time: write
     * metrics out, wait for work in flight. Every bean of this type is called, the one with the highest {@code @Priority}
     * first.
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
}
