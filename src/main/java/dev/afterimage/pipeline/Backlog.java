package dev.afterimage.pipeline;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Caller;
import java.time.Duration;

/**
 * Port: takes over work whose caller does not wait for it, so that a 202 is a promise. Operations block; call them from a
 * virtual thread.
 */
public interface Backlog {

    /**
     * Takes the work over: once this returns it will be done, or end on the dead-letter queue with its reason, even if this
     * process dies. Taking the same key twice is harmless: it is generated once.
     *
     * @param payer the caller on whose budget it counts; its quota has been charged
     * @param delay how long the job is not started, because no call for it could leave sooner; zero or more
     */
    void accept(ImageKey key, ImageRequest request, Caller payer, Duration delay);

    /**
     * Queues a bulk job that makes an old image anew, at no caller's expense; does nothing when the key has such a job or an
     * accepted one already. Nobody was promised its image.
     */
    void refresh(ImageKey key, ImageRequest request);

    /** Whether work for this key was accepted and has not ended. */
    boolean contains(ImageKey key);
}
