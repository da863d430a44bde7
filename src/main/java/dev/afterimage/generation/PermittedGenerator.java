package dev.afterimage.generation;

import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Permit;

/**
 * Decorator: waits for the fleet's permit before each call, and shows it once more at the moment of departure. A permit that
 * lapsed on the way (a slow connection, a cool-down) costs nothing: another one is taken.
 */
public final class PermittedGenerator implements ImageGenerator {

    private final PermitGate gate;
    private final ImageGenerator next;

    public PermittedGenerator(PermitGate gate, ImageGenerator next) {
        this.gate = gate;
        this.next = next;
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        while (true) {
            Permit.Granted permit = Unchecked.call(() -> gate.await(attempt.lane(), attempt.deadline()));
            try {
                return next.generate(request, attempt.withDeparture(() -> depart(permit, attempt)));
            } catch (PermitLapsedException lapsed) {
                continue;
            } finally {
                gate.release(permit);
            }
        }
    }

    private void depart(Permit.Granted permit, Attempt attempt) {
        gate.depart(permit);
        attempt.departure().now();
    }
}
