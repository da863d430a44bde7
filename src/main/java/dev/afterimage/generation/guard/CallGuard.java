package dev.afterimage.generation.guard;

import dev.afterimage.image.GeneratedImage;
import jakarta.inject.Singleton;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.Timeout;

/**
 * The time-out of one call to the provider, and the bulkhead: how many calls may be under way in this process.
 * {@code afterimage.provider.timeout}, {@code .connect-timeout} and {@code .concurrency} take the place of the figures here.
 */
@Singleton
public class CallGuard {

    /**
     * Runs the work, and interrupts it when it takes too long.
     *
     * @throws org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException when there is no room for it
     * @throws org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException when it took too long
     */
    @Timeout(60_000)
    @Bulkhead(1000)
    public GeneratedImage call(Callable<GeneratedImage> work) throws Exception {
        return work.call();
    }
}
