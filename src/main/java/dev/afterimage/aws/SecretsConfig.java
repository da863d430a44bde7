package dev.afterimage.aws;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How secrets are read from Secrets Manager. */
@ConfigMapping(prefix = "afterimage.secrets")
public interface SecretsConfig {

    /**
     * How long a secret is used before it is read again. Shorter lets a rotation end sooner, longer costs less: every
     * instance reads once in that time. The former key must stay valid for this long plus twice
     * {@code afterimage.delivery.url-ttl}.
     */
    @WithDefault("15m")
    Duration refresh();

    /** How long one attempt of a call may take; the SDK makes up to two more. */
    @WithDefault("2s")
    Duration attemptTimeout();

    /** How long all attempts of a call may take together. The first request that needs the secret waits for them. */
    @WithDefault("5s")
    Duration timeout();
}
