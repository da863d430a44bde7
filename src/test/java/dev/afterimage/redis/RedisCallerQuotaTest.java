package dev.afterimage.redis;

import dev.afterimage.limit.CallerQuota;
import dev.afterimage.limit.CallerQuotaContract;
import dev.afterimage.testing.RedisProcess;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;

class RedisCallerQuotaTest extends CallerQuotaContract {

    private final RedisClients clients = new RedisClients();
    private final AtomicReference<Duration> shift = new AtomicReference<>(Duration.ZERO);

    @AfterEach
    void closeClients() {
        clients.close();
    }

    @Override
    protected CallerQuota quota(OptionalInt limit) {
        Instant now = Clock.systemUTC().instant();
        shift.set(Duration.between(now, now.truncatedTo(ChronoUnit.HOURS).plus(48, ChronoUnit.MINUTES)));
        return new RedisCallerQuota(clients.link(RedisProcess.shared().url()), clients.prefix, limit, shift::get);
    }

    @Override
    protected void advance(Duration step) {
        shift.updateAndGet(before -> before.plus(step));
    }

    @Override
    protected Duration drift() {
        return Duration.ofSeconds(10);
    }
}
