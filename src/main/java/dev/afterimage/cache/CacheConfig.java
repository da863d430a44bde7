package dev.afterimage.cache;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** How long images are fresh, how long they are served after that, and what is kept in the process. */
@ConfigMapping(prefix = "afterimage.cache")
public interface CacheConfig {

    /** How long an image is fresh: longer saves credits, shorter follows changes of the provider's template sooner. */
    @WithDefault("24h")
    Duration ttl();

    /**
     * How long an image that is no longer fresh is served when a new one cannot be had; zero serves no stale images.
     */
    @WithDefault("7d")
    Duration staleTtl();

    /**
     * How long an image that is no longer fresh is served at once while a new one is made in the background (RFC 5861);
     * at the longest {@code stale-ttl}. With zero, the first caller who asks for a stale image waits for the new one.
     */
    @WithDefault("1h")
    Duration staleWhileRevalidate();

    /**
     * How long entries are kept in the process, so that the hottest cost no round trip; what another instance deletes
     * may be served for as long. Zero asks the index every time.
     */
    @WithDefault("2s")
    Duration nearTtl();

    /** The most entries that are kept in the process; 0 or more. */
    @WithDefault("10000")
    long nearSize();

    /** What single templates set for themselves, such as {@code afterimage.cache.templates."hero".ttl=1h}. */
    Map<String, TemplateConfig> templates();

    /** What one template may set for itself. */
    interface TemplateConfig {

        /**
         * How long the template's images are fresh, in place of {@code afterimage.cache.ttl}. It means the same as
         * {@code afterimage.templates."hero".ttl}; only one of them may be set.
         */
        Optional<Duration> ttl();
    }
}
