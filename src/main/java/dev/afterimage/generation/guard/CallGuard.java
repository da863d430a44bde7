package dev.afterimage.generation.guard;

import dev.afterimage.image.GeneratedImage;
import jakarta.inject.Singleton;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.Timeout;

/**
 * The local belt around one call at the provider: how long it may take, and how many may be under way in this process.
 * {@code afterimage.provider.timeout}, {@code .connect-timeout} and {@code .concurrency} take the place of the figures here.
 */
@Singleton
public class CallGuard {

    /** Runs the work if there is room for it, and interrupts it when it takes too long. */
    @Timeout(60_000)
    @Bulkhead(1000)
    public GeneratedImage call(Callable<GeneratedImage> work) throws Exception {
        return work.call();
    }
}
