package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.ANSWER_TOO_LARGE;
import static dev.afterimage.http.problem.ProblemType.BUSY;

import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.time.Machine;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.common.core.ResteasyReactiveCallbackContext;

/**
 * A bound on the bytes that answers with images in Base64 hold at once, over all requests. Such an answer is in memory as a
 * whole until it is written, so that many together could exhaust the heap. A client that reads its answer slowly keeps its
 * room only until another one needs it.
 */
@Singleton
final class Base64Room {

    static final Duration ASK_AGAIN = Duration.ofSeconds(2);

    private static final Logger LOG = Logger.getLogger(Base64Room.class);

    private static final int UNIT = 1024;

    private final int size;
    private final Semaphore free;
    private final long patienceNanos;
    private final LongSupplier nanoTime;
    private final Set<Inside> inside = ConcurrentHashMap.newKeySet();

    /** An answer that has room, since that nanosecond. Compared by identity, because two may be alike. */
    private static final class Inside {

        final long since;
        final Runnable hangUp;

        Inside(long since, Runnable hangUp) {
            this.since = since;
            this.hangUp = hangUp;
        }
    }

    /** A room of a quarter of the heap: the answers of providers may take another, and the service needs the rest. */
    @Inject
    Base64Room(HttpConfig config, Machine machine) {
        this(Runtime.getRuntime().maxMemory() / 4, config.deadline(), machine.nanoTime());
    }

    /**
     * A room that is empty.
     *
     * @param bytes how many it holds, in whole KiB
     * @param patience how long an answer may be written before its connection is closed for another that needs its room
     * @param nanoTime nanoseconds of a clock that never goes back
     */
    Base64Room(long bytes, Duration patience, LongSupplier nanoTime) {
        size = (int) Math.min(bytes / UNIT, Integer.MAX_VALUE);
        free = new Semaphore(size);
        patienceNanos = patience.toNanos();
        this.nanoTime = nanoTime;
    }

    /**
     * Takes room until the answer was written, or failed.
     *
     * @param hangUp closes the connection of the answer at once, so that its writing fails
     * @throws ProblemException when there is no room now, or never will be
     */
    void enter(long bytes, ResteasyReactiveCallbackContext answer, Runnable hangUp) {
        long units = Math.ceilDiv(bytes, UNIT);
        if (units > size) {
            throw ProblemException.of(
                    ANSWER_TOO_LARGE,
                    "The images are more than the service can hold in memory. They are made and kept: send the request again"
                            + " with response_format=url, or with a smaller n.");
        }
        if (!free.tryAcquire((int) units)) {
            hangUpOnTheSlow();
            throw new ProblemException(Problem.of(
                            BUSY,
                            "The images are made and kept, but other answers with images in Base64 fill the memory for them."
                                    + " Ask again after the time in Retry-After, or with response_format=url.")
                    .after(ASK_AGAIN));
        }
        Inside entered = new Inside(nanoTime.getAsLong(), hangUp);
        inside.add(entered);
        answer.registerCompletionCallback(failure -> {
            inside.remove(entered);
            free.release((int) units);
        });
    }

    /** Their room is free once their writing has failed, which is before the refused client asks again. */
    private void hangUpOnTheSlow() {
        long now = nanoTime.getAsLong();
        List<Inside> slow = inside.stream()
                .filter(answer -> now - answer.since > patienceNanos)
                .toList();
        for (Inside answer : slow) {
            if (inside.remove(answer)) {
                LOG.warn("The connection of a client that reads images in Base64 too slowly is closed, because others"
                        + " need the memory that its answer holds.");
                answer.hangUp.run();
            }
        }
    }

    /** How many bytes there is room for now. */
    long free() {
        return (long) free.availablePermits() * UNIT;
    }
}
