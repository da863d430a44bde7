package dev.afterimage.provider.demo;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the built-in provider behaves, so that a laptop sees what a real API would do. */
@ConfigMapping(prefix = "afterimage.demo")
public interface DemoConfig {

    /** How long an image takes, as with a real API; drawing itself takes tens of milliseconds. */
    @WithDefault("400ms")
    Duration latency();

    /** How many calls it takes in any {@link #window()}; the next is answered 429, whatever this service's own limiter says. */
    @WithDefault("10")
    int rate();

    /** The length of that window. */
    @WithDefault("1s")
    Duration window();
}
