package dev.afterimage.generation;

import dev.afterimage.generation.guard.RateBelt;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Permit;
import io.smallrye.faulttolerance.api.RateLimitException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Decorator: waits for the fleet's permit before each call, and shows it once more at the moment of departure. A permit that
 * lapsed on the way (a slow connection, a cool-down, no room in this process) costs nothing: another one is taken after a
 * wait, if that ends before the deadline.
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
        for (int lapsed = 0; ; lapsed++) {
            try {
                return generateOnce(request, attempt);
            } catch (PermitLapsedException another) {
                gate.awaitAnother(another.waitAfter(lapsed), attempt.deadline());
            }
        }
    }

    /**
     * Takes one permit and calls with it.
     *
     * @throws PermitLapsedException when the call did not leave with it
     */
    private GeneratedImage generateOnce(ImageRequest request, Attempt attempt) {
        Permit.Granted permit = Unchecked.call(() -> gate.await(attempt.lane(), attempt.deadline()));
        PermittedDeparture departure = new PermittedDeparture(permit, attempt.departure());
        try {
            GeneratedImage image = next.generate(request, attempt.withDeparture(departure));
            departure.answered();
            return image;
        } finally {
            gate.release(permit);
        }
    }

    /** Shows the permit at the moment of departure. Used by one thread. */
    private final class PermittedDeparture implements Attempt.Departure {

        private final Permit.Granted permit;
        private final Attempt.Departure next;
        private PermitGate.@Nullable Departure departure;

        PermittedDeparture(Permit.Granted permit, Attempt.Departure next) {
            this.permit = permit;
            this.next = next;
        }

        @Override
        public void now() {
            departure = gate.depart(permit);
            try {
                belt.pass();
            } catch (RateLimitException tooFast) {
                throw new PermitLapsedException(Duration.ofMillis(Math.max(1, tooFast.getRetryAfterMillis())));
            }
            next.now();
        }

        @Override
        public void written(Instant at) {
            if (departure != null) {
                gate.left(departure, at);
            }
            next.written(at);
        }

        void answered() {
            if (departure != null) {
                gate.answered(departure);
            }
        }
    }
}
