package dev.afterimage.generation;

import dev.afterimage.generation.guard.BeltGuard;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;

/**
 * Decorator: the time-out and the bulkhead around one call. A time-out before the call left is harmless; after it, the outcome
 * is unknown. A full bulkhead sends the call back for another permit.
 */
public final class BeltedGenerator implements ImageGenerator {

    private static final Duration WHEN_FULL = Duration.ofSeconds(1);

    private final BeltGuard belt;
    private final ImageGenerator next;

    public BeltedGenerator(BeltGuard belt, ImageGenerator next) {
        this.belt = belt;
        this.next = next;
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        AtomicBoolean departed = new AtomicBoolean();
        Attempt watched = attempt.withDeparture(() -> {
            attempt.departure().now();
            departed.set(true);
        });
        try {
            return Unchecked.call(() -> belt.call(() -> next.generate(request, watched)));
        } catch (TimeoutException late) {
            throw departed.get()
                    ? new OutcomeUnknownException("the provider did not answer in time", late)
                    : new UnavailableException("the provider could not be reached in time", late);
        } catch (BulkheadException full) {
            throw new PermitLapsedException(WHEN_FULL);
        }
    }
}
