package dev.afterimage.redis;

import dev.afterimage.limit.Limits;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.ProviderLimiterContract;
import dev.afterimage.testing.RedisProcess;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;

class RedisLimiterTest extends ProviderLimiterContract {

    private final RedisClients clients = new RedisClients();
    private final AtomicReference<Duration> shift = new AtomicReference<>(Duration.ZERO);

    @AfterEach
    void closeClients() {
        clients.close();
    }

    @Override
    protected ProviderLimiter limiter(Limits limits) {
        return new RedisLimiter(
                clients.link(RedisProcess.shared().url()),
                clients.prefix,
                limits,
                () -> UUID.randomUUID().toString(),
                System::nanoTime,
                shift::get);
    }

    @Override
    protected void advance(Duration step) {
        shift.updateAndGet(before -> before.plus(step));
    }

    /** The server's clock goes on between two questions. */
    @Override
    protected Duration drift() {
        return Duration.ofMillis(300);
    }
}
