package dev.afterimage.redis;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/** How Redis is used; where it is found is said with {@code quarkus.redis.*}. */
@ConfigMapping(prefix = "afterimage.redis")
public interface RedisConfig {

    /** What every key begins with: services that share a server need different ones. */
    @WithDefault("afterimage")
    String prefix();

    /** How long a command may take, its connection included; longer rides out hiccups, shorter keeps requests quick. */
    @WithDefault("500ms")
    Duration timeout();

    /** How long a server that starts waits until Redis answers quickly; zero: not at all. */
    @WithName("warm-up")
    @WithDefault("5s")
    Duration warmUp();

    /** Failures in a row after which Redis is given a rest. */
    @WithName("rest-after")
    @WithDefault("5")
    int restAfter();

    /** How long the rest is; then one command tries whether it is over. */
    @WithDefault("1s")
    Duration rest();
}
