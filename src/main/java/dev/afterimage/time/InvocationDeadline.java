package dev.afterimage.time;

import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * The moment at which the process is taken away from the work at hand: the end of an invocation on Lambda, never elsewhere.
 * There is one for the whole process, because Lambda gives a process one invocation at a time, and the work of an
 * invocation runs on many threads.
 */
@Singleton
public class InvocationDeadline {

    private volatile @Nullable Deadline current;

    /** From now on, work ends by then. */
    public void begin(Deadline deadline) {
        current = deadline;
    }

    /** From now on, nothing is in a hurry. */
    public void end() {
        current = null;
    }

    /** The deadline that the work wants, or the end of the invocation where that is earlier. */
    public Deadline cap(Deadline wanted) {
        Deadline invocation = current;
        return invocation == null ? wanted : wanted.orEarlier(invocation);
    }
}
