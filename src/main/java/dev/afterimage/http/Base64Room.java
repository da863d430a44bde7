package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.ANSWER_TOO_LARGE;
import static dev.afterimage.http.problem.ProblemType.BUSY;

import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.Problem.ProblemException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jboss.resteasy.reactive.common.core.ResteasyReactiveCallbackContext;

/**
 * A bound on the bytes that answers with images in Base64 hold at once, over all requests. Such an answer is in memory as a
 * whole until it is written, so that many together could exhaust the heap.
 */
@Singleton
final class Base64Room {

    static final Duration ASK_AGAIN = Duration.ofSeconds(2);

    private static final int UNIT = 1024;

    private final int size;
    private final Semaphore free;

    /** A room of a quarter of the heap: the answers of providers may take another, and the service needs the rest. */
    Base64Room() {
        this(Runtime.getRuntime().maxMemory() / 4);
    }

    /**
     * A room that is empty.
     *
     * @param bytes how many it holds, in whole KiB
     */
    Base64Room(long bytes) {
        size = (int) Math.min(bytes / UNIT, Integer.MAX_VALUE);
        free = new Semaphore(size);
    }

    /**
     * Takes room until the answer was written, or failed.
     *
     * @throws ProblemException when there is no room now, or never will be
     */
    void enter(long bytes, ResteasyReactiveCallbackContext answer) {
        long units = Math.ceilDiv(bytes, UNIT);
        if (units > size) {
            throw ProblemException.of(
                    ANSWER_TOO_LARGE,
                    "The images are more than the service can hold in memory. They are made and kept: send the request again"
                            + " with response_format=url, or with a smaller n.");
        }
        if (!free.tryAcquire((int) units)) {
            throw new ProblemException(Problem.of(
                            BUSY,
                            "The images are made and kept, but other answers with images in Base64 fill the memory for them."
                                    + " Ask again after the time in Retry-After, or with response_format=url.")
                    .after(ASK_AGAIN));
        }
        answer.registerCompletionCallback(failure -> free.release((int) units));
    }

    /** How many bytes there is room for now. */
    long free() {
        return (long) free.availablePermits() * UNIT;
    }
}
