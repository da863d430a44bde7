package dev.afterimage.generation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/** How long and how often a picture is tried for. */
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
     * Whether a call whose outcome is unknown (time-out, 504) is tried again. It may then be billed twice; without it, an
     * image may be paid for and not be had, and a job ends on the dead-letter queue.
     */
    @WithName("retry-unknown")
    @WithDefault("false")
    boolean retryUnknown();

    /**
     * How often a call whose outcome is unknown is bought again, at an API that cannot be asked how it ended; from 0, which
     * may leave an image unmade that was paid for. More may bill an image more often.
     */
    @WithDefault("1")
    int repurchases();

    /**
     * So many answers in a row without a usable image, whatever the keys, stop the bulk lane of the account; from 1. They are
     * billed all the same.
     */
    @WithName("max-unusable")
    @WithDefault("5")
    int maxUnusable();

    /**
     * A permanent rejection is remembered for this long, and at most this long what again and again was no picture, so that a
     * broken page does not ask the provider again and again.
     */
    @WithName("rejection-ttl")
    @WithDefault("1m")
    Duration rejectionTtl();
}
