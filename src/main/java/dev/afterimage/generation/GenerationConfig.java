package dev.afterimage.generation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import java.util.Optional;

/** How long and how often an image is tried for. */
@ConfigMapping(prefix = "afterimage.generation")
public interface GenerationConfig {

    /**
     * A generation that somebody waits for is tried for this long, even when that caller leaves earlier. What takes longer
     * goes to the queue.
     */
    @WithDefault("25s")
    Duration patience();

    /** No wait longer than this is slept before a retry; a longer one is handed back. */
    @WithName("max-wait")
    @WithDefault("30s")
    Duration maxWait();

    /**
     * How often an image is bought again after a call whose outcome is unknown, or that brought no image, until an image
     * exists; 0 or more. More finds an image more often, and may pay more often for one.
     */
    @WithDefault("1")
    int repurchases();

    /**
     * So many unusable answers in a row (billed, and no image), whatever the keys, stop the bulk lane until a probe brings an
     * image; 1 or more.
     */
    @WithName("max-unusable")
    @WithDefault("5")
    int maxUnusable();

    /**
     * So long nothing is bought after Redis has lost its memory: the longest call where left out. A shorter time costs one
     * bill for each call whose holder died together with that memory.
     */
    @WithName("lost-memory-pause")
    Optional<Duration> lostMemoryPause();

    /**
     * A permanent rejection is remembered for this long, so that a broken page does not ask the provider again and again.
     */
    @WithName("rejection-ttl")
    @WithDefault("1m")
    Duration rejectionTtl();
}
