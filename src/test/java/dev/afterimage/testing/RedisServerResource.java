package dev.afterimage.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts a {@link RedisProcess} for a {@code @QuarkusTest} and points the service to it. */
public final class RedisServerResource implements QuarkusTestResourceLifecycleManager {

    private @Nullable RedisProcess server;

    @Override
    public Map<String, String> start() {
        server = RedisProcess.start();
        return Map.of("quarkus.redis.hosts", server.url());
    }

    @Override
    public void stop() {
        if (server != null) {
            server.close();
        }
    }
}
