package dev.afterimage.testing;

import dev.afterimage.generation.guard.BreakerGuard;
import dev.afterimage.image.GeneratedImage;
import java.util.concurrent.Callable;

/** Circuit breakers that never open; SmallRye's exist only in a running service. */
public final class ClosedCircuit extends BreakerGuard {

    @Override
    public GeneratedImage call(String api, Callable<GeneratedImage> work) throws Exception {
        return work.call();
    }
}
