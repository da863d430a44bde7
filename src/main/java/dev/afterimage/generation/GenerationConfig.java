package dev.afterimage.generation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** For how long and how often an image is tried. */
@ConfigMapping(prefix = "afterimage.generation")
public interface GenerationConfig {

    /**
     * How long a generation for a caller goes on at most, even when the caller leaves earlier. What takes longer goes
     * to the queue.
     */
    @WithDefault("25s")
    Duration patience();

    /**
     * The longest wait before a retry within a request. When the provider names a longer one, the request does not wait
     * for it.
     */
    @WithDefault("30s")
    Duration maxWait();

    /**
     * How often an image is bought again, until there is one, after calls whose outcome is unknown or whose billed
     * answer was no image; 0 or more. A higher number brings an image more often, and may pay for it more often.
     */
    @WithDefault("1")
    int repurchases();

    /**
     * How many unusable answers in a row (billed, and no image), of whatever keys, stop the bulk lane until a probe
     * brings an image; 1 or more.
     */
    @WithDefault("5")
    int maxUnusable();

    /**
     * How long nothing is bought after Redis has lost its memory; the longest call where left out. With a shorter time an
     * image is paid for twice where a call was under way and its process died together with that memory.
     */
    Optional<Duration> lostMemoryPause();

    /**
     * How long it is remembered that the provider rejected a request for good, so that a broken page does not ask the
     * provider again and again.
     */
    @WithDefault("1m")
    Duration rejectionTtl();
}
