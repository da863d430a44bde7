package dev.afterimage.redis;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How Redis is used. Its address and credentials are set with {@code quarkus.redis.*}. */
@ConfigMapping(prefix = "afterimage.redis")
public interface RedisConfig {

    /** The prefix of every key in Redis. Services that share a server need different ones. */
    @WithDefault("afterimage")
    String prefix();

    /**
     * How long a command may take, opening a connection included. A longer time survives short pauses of the server, a
     * shorter one keeps requests quick.
     */
    @WithDefault("500ms")
    Duration timeout();

    /** The longest that this service waits at its start for Redis to answer quickly; zero for no wait. */
    @WithDefault("5s")
    Duration warmUp();

    /** After how many failures in a row Redis gets no commands for a while; at least 1. */
    @WithDefault("5")
    int restAfter();

    /** How long Redis gets no commands then; zero or more. After that one command tries whether it answers again. */
    @WithDefault("1s")
    Duration rest();
}
