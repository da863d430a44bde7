package dev.afterimage.wiring;

import dev.afterimage.redis.RedisConfig;
import dev.afterimage.redis.RedisLink;
import io.vertx.redis.client.Redis;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.function.Supplier;

/** The one link to Redis. Made when a part first needs it; a laptop without Redis never does. */
class RedisWiring {

    /** Tokens of permits, leases and credits: unique over the fleet, and not to be guessed. */
    static final Supplier<String> TOKENS = () -> UUID.randomUUID().toString();

    @Produces
    @Singleton
    RedisLink redisLink(Instance<Redis> redis, RedisConfig config) {
        return new RedisLink(redis.get(), config, System::nanoTime);
    }
}
