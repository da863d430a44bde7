package dev.afterimage.pipeline;

import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Caller;
import java.time.Duration;

/**
 * Port: where work goes that outlives its caller, so that a 202 is a promise. Operations block; call them from a virtual
 * thread.
 */
public interface Backlog {

    /**
     * Takes the work over: once this returns it will be done, or end on the dead-letter queue with its reason, even if this
     * process dies. Taking the same key twice is harmless: it is generated once.
     *
     * @param payer who is to be billed for it; its quota has been charged
     * @param delay not to be started earlier, because the provider asked to wait; zero for at once
     */
    void accept(ImageKey key, ImageRequest request, Caller payer, Duration delay);

    /** Has an old image made anew by one bulk job a key, at nobody's expense; without effect when one is queued already. */
    void refresh(ImageKey key, ImageRequest request);

    /** Whether work for this key was accepted and has not ended. */
    boolean contains(ImageKey key);
}
