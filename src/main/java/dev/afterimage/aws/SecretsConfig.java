package dev.afterimage.aws;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/** How secrets are read from Secrets Manager. */
@ConfigMapping(prefix = "afterimage.secrets")
public interface SecretsConfig {

    /**
     * A secret is read again after this long. Shorter lets a rotation end sooner, longer costs less: every instance asks
     * once in that time. The former key must stay valid for this long plus twice {@code afterimage.delivery.url-ttl}.
     */
    @WithDefault("15m")
    Duration refresh();

    /** One attempt; the SDK repeats it twice at most. */
    @WithName("attempt-timeout")
    @WithDefault("2s")
    Duration attemptTimeout();

    /** All attempts together; the first request that needs the secret waits for them. */
    @WithDefault("5s")
    Duration timeout();
}
