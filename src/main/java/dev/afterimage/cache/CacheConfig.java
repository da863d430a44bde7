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

    /** How long after its freshness an image is served when a new one cannot be had; zero never serves stale. */
    @WithDefault("7d")
    Duration staleTtl();

    /**
     * How long after its freshness an image is served at once, and made anew in the background (RFC 5861); at the
     * longest until {@code stale-ttl} ends. With zero, the first caller after that waits for the new one.
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
