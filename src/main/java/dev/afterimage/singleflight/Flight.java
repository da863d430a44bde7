package dev.afterimage.singleflight;

import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * One caller's seat in a piece of work that may be shared. Leaving it early, by deadline or interruption, stops nothing.
 *
 * @param <T> what the work brings
 */
public final class Flight<T> {

    private final SingleFlight.Landing<T> landing;
    private final boolean led;
    private final Clock clock;
    private final Pause pause;
    /** Whether this caller is counted among those who wait. */
    private boolean seated;

    Flight(SingleFlight.Landing<T> landing, boolean led, Clock clock, Pause pause) {
        this.landing = landing;
        this.led = led;
        this.clock = clock;
        this.pause = pause;
    }

    /** Whether this caller started the work; false when another had. */
    public boolean led() {
        return led;
    }

    /** The end of the work, for those who don't wait. Whatever is done to the stage does not reach the work. */
    public CompletionStage<T> landing() {
        return landing.minimalCompletionStage();
    }

    /**
     * Whether this caller may wait. Who leads may always, and of the others as many at once as are named; who may must
     * {@link #await}.
     */
    public boolean takesSeat(int most) {
        if (led || landing.followers.incrementAndGet() <= most) {
            seated = !led;
            return true;
        }
        landing.followers.decrementAndGet();
        return false;
    }

    /**
     * Waits for the end of the work.
     *
     * @return what it brought; empty when the deadline came first
     * @throws RuntimeException the very failure of the work; a checked one in a {@link CompletionException}
     */
    public Optional<T> await(Deadline deadline) throws InterruptedException {
        try {
            return Optional.of(pause.get(landing, deadline.remaining(clock)));
        } catch (TimeoutException late) {
            return Optional.empty();
        } catch (ExecutionException failed) {
            throw rethrow(failed);
        } finally {
            if (seated) {
                seated = false;
                landing.followers.decrementAndGet();
            }
        }
    }

    private static RuntimeException rethrow(ExecutionException failed) {
        return switch (failed.getCause()) {
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            case Throwable checked -> new CompletionException(checked);
            case null -> new CompletionException(failed);
        };
    }
}
