package dev.afterimage.generation;

import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.generation.guard.CallGuard;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Permit.PermitLapsedException;
import java.time.Duration;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;

/**
 * Decorator: the time-out and the bulkhead around one call. After a time-out before the call left, nothing was billed;
 * after a later one the outcome is unknown. When the bulkhead is full, the permit is given back and another one taken a
 * second later.
 */
public record GuardedGenerator(CallGuard guard, ImageGenerator next) implements ImageGenerator {

    private static final Duration WHEN_FULL = Duration.ofSeconds(1);

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        WatchedDeparture departure = new WatchedDeparture(attempt.departure());
        try {
            return Callables.call(() -> guard.call(() -> next.generate(request, attempt.withDeparture(departure))));
        } catch (TimeoutException late) {
            throw departure.happened()
                    ? new OutcomeUnknownException("the provider did not answer in time", late)
                    : new UnavailableException("the provider could not be reached in time", late);
        } catch (BulkheadException full) {
            throw new PermitLapsedException(WHEN_FULL);
        }
    }
}
