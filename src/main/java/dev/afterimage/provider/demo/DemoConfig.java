package dev.afterimage.provider.demo;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the built-in provider behaves: it imitates a rate-limited API. */
@ConfigMapping(prefix = "afterimage.demo")
public interface DemoConfig {

    /** How long each call waits, to imitate the time of a real API; drawing takes tens of milliseconds more. */
    @WithDefault("400ms")
    Duration latency();

    /**
     * How many calls it accepts in any {@link #window()}, at least 1. It answers 429 to more, whatever this service's
     * limiter says.
     */
    @WithDefault("10")
    int rate();

    /** The length of that window. */
    @WithDefault("1s")
    Duration window();
}
