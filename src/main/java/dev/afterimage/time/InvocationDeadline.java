package dev.afterimage.time;

import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * The end of the Lambda invocation that this process serves now, when Lambda stops or freezes it; elsewhere there is
 * none. It is one for the whole process, because Lambda gives a process one invocation at a time, and the work of an
 * invocation runs on many threads.
 */
@Singleton
public class InvocationDeadline {

    private volatile @Nullable Deadline current;

    /** An invocation begins: until its {@link #end()} no work lasts beyond this deadline. */
    public void begin(Deadline deadline) {
        current = deadline;
    }

    /** The invocation has ended: {@link #cap} leaves deadlines as they are. */
    public void end() {
        current = null;
    }

    /** The earlier of the deadline that the work wants and that of the invocation, if there is one. */
    public Deadline cap(Deadline wanted) {
        Deadline invocation = current;
        return invocation == null ? wanted : wanted.orEarlier(invocation);
    }
}
