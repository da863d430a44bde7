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
 * The memory that answers with images in Base64 may take at once, over all requests. Such an answer is in memory as a whole
 * until it is written, so that many together could exhaust the heap. The connection of a client that reads its answer
 * slowly is closed when another answer needs the memory.
 */
@Singleton
final class Base64Memory {

    static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private static final Logger LOG = Logger.getLogger(Base64Memory.class);

    private static final int UNIT = 1024;

    private final int size;
    private final Semaphore free;
    private final long patienceNanos;
    private final LongSupplier nanoTime;
    private final Set<Reservation> reservations = ConcurrentHashMap.newKeySet();

    /** The memory of one answer, and when it was reserved. Compared by identity, because two may be alike. */
    private static final class Reservation {

        final long sinceNanos;
        final Runnable closeConnection;

        Reservation(long sinceNanos, Runnable closeConnection) {
            this.sinceNanos = sinceNanos;
            this.closeConnection = closeConnection;
        }
    }

    /** A quarter of the heap: the answers of providers may take another quarter, and the service needs the rest. */
    @Inject
    Base64Memory(HttpConfig config, Machine machine) {
        this(Runtime.getRuntime().maxMemory() / 4, config.deadline(), machine.nanoTime());
    }

    /**
     * A memory of which nothing is reserved.
     *
     * @param bytes its size, rounded down to whole KiB
     * @param patience how long an answer may be written before its connection is closed for another that needs its memory
     * @param nanoTime nanoseconds of a clock that never goes back
     */
    Base64Memory(long bytes, Duration patience, LongSupplier nanoTime) {
        size = (int) Math.min(bytes / UNIT, Integer.MAX_VALUE);
        free = new Semaphore(size);
        patienceNanos = patience.toNanos();
        this.nanoTime = nanoTime;
    }

    /**
     * Reserves memory until the answer is written, or its writing has failed.
     *
     * @param closeConnection closes the connection of the answer at once, so that its writing fails
     * @throws ProblemException when that much is not free now, or is more than there is
     */
    void reserve(long bytes, ResteasyReactiveCallbackContext answer, Runnable closeConnection) {
        long units = Math.ceilDiv(bytes, UNIT);
        if (units > size) {
            throw ProblemException.of(
                    ANSWER_TOO_LARGE,
                    "The images are more than the service can hold in memory. They are made and kept: send the request again"
                            + " with response_format=url, or with a smaller n.");
        }
        if (!free.tryAcquire((int) units)) {
            closeSlowConnections();
            throw new ProblemException(Problem.of(
                            BUSY,
                            "The images are made and kept, but other answers with images in Base64 fill the memory for them."
                                    + " Ask again after the time in Retry-After, or with response_format=url.")
                    .after(RETRY_AFTER));
        }
        Reservation reservation = new Reservation(nanoTime.getAsLong(), closeConnection);
        reservations.add(reservation);
        answer.registerCompletionCallback(failure -> {
            reservations.remove(reservation);
            free.release((int) units);
        });
    }

    /**
     * Closes the connections of the answers that have been written for longer than the patience. Each gives its memory back
     * when its writing fails, so the client that was refused finds it free when it asks again.
     */
    private void closeSlowConnections() {
        long now = nanoTime.getAsLong();
        List<Reservation> slow = reservations.stream()
                .filter(reservation -> now - reservation.sinceNanos > patienceNanos)
                .toList();
        for (Reservation reservation : slow) {
            if (reservations.remove(reservation)) {
                LOG.warn("The connection of a client that reads images in Base64 too slowly is closed, because others"
                        + " need the memory that its answer holds.");
                reservation.closeConnection.run();
            }
        }
    }

    /** How many bytes are free now. */
    long free() {
        return (long) free.availablePermits() * UNIT;
    }
}
