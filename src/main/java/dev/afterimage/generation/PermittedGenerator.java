package dev.afterimage.generation;

import dev.afterimage.generation.guard.RateBelt;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Permit;
import io.smallrye.faulttolerance.api.RateLimitException;
import java.time.Duration;
import java.util.Optional;

/**
 * Decorator: waits for the fleet's permit before each call, and shows it once more at the moment of departure. A permit that
 * lapsed on the way (a slow connection, a cool-down) costs nothing: another one is taken.
 */
public final class PermittedGenerator implements ImageGenerator {

    private final PermitGate gate;
    private final RateBelt belt;
    private final ImageGenerator next;

    public PermittedGenerator(PermitGate gate, RateBelt belt, ImageGenerator next) {
        this.gate = gate;
        this.belt = belt;
        this.next = next;
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        while (true) {
            Optional<GeneratedImage> image = generateOnce(request, attempt);
            if (image.isPresent()) {
                return image.get();
            }
        }
    }

    /** Empty when the permit lapsed before the call left. */
    private Optional<GeneratedImage> generateOnce(ImageRequest request, Attempt attempt) {
        Permit.Granted permit = Unchecked.call(() -> gate.await(attempt.lane(), attempt.deadline()));
        try {
            return Optional.of(next.generate(request, attempt.withDeparture(() -> depart(permit, attempt))));
        } catch (PermitLapsedException lapsed) {
            return Optional.empty();
        } finally {
            gate.release(permit);
        }
    }

    private void depart(Permit.Granted permit, Attempt attempt) {
        gate.depart(permit);
        try {
            belt.pass();
        } catch (RateLimitException tooFast) {
            throw new PermitLapsedException(Duration.ofMillis(Math.max(1, tooFast.getRetryAfterMillis())));
        }
        attempt.departure().now();
    }
}
