package dev.afterimage.lambda;

import dev.afterimage.time.Deadline;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Supplier;

/** Calls all {@link BeforeFreeze} beans before the process is frozen. */
final class InvocationEnd {

    private static final System.Logger LOG = System.getLogger(InvocationEnd.class.getName());

    private final Supplier<List<BeforeFreeze>> hooks;

    InvocationEnd(Supplier<List<BeforeFreeze>> hooks) {
        this.hooks = hooks;
    }

    InvocationEnd(List<BeforeFreeze> hooks) {
        this(() -> hooks);
    }

    void run(Deadline deadline) {
        for (BeforeFreeze hook : hooks.get()) {
            try {
                hook.beforeFreeze(deadline);
            } catch (InterruptedException e) {
                // Lambda shuts the process down; the other beans are still called.
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "something could not be ended before the freeze", e);
            }
        }
    }
}
