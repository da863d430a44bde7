package dev.afterimage.testing;

import dev.afterimage.generation.guard.RetryGuard;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.time.Pause;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.faulttolerance.Retry;

/** Retries as the annotation of {@link RetryGuard} does, with the waits of this pause. */
public final class Retrying extends RetryGuard {

    private final Pause pause;

    public Retrying(Pause pause) {
        this.pause = pause;
    }

    @Override
    public GeneratedImage call(Callable<GeneratedImage> work) throws Exception {
        int most = RetryGuard.class
                .getMethod("call", Callable.class)
                .getAnnotation(Retry.class)
                .maxRetries();
        for (int retry = 0; retry < most; retry++) {
            try {
                return work.call();
            } catch (RetryInException again) {
                pause.await(again.waitBefore().truncatedTo(ChronoUnit.MILLIS));
            }
        }
        return work.call();
    }
}
