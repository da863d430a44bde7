package dev.afterimage.wiring;

import dev.afterimage.redis.RedisConfig;
import dev.afterimage.redis.RedisLink;
import dev.afterimage.time.Machine;
import io.vertx.redis.client.Redis;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The one link to Redis. Made when a part first needs it; a laptop without Redis never does. */
class RedisWiring {

    @Produces
    @Singleton
    RedisLink redisLink(Instance<Redis> redis, RedisConfig config, Machine machine) {
        return new RedisLink(redis.get(), config, machine.nanoTime(), machine.pause());
    }
}
