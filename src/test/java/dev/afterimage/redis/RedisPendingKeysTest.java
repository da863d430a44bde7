package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.afterimage.jobs.PendingKeys;
import dev.afterimage.jobs.PendingKeysContract;
import dev.afterimage.jobs.QueueUnavailableException;
import dev.afterimage.testing.RedisProcess;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisPendingKeysTest extends PendingKeysContract {

    private final RedisClients clients = new RedisClients();
    private final RedisLink link = clients.link(RedisProcess.shared().url());

    @AfterEach
    void closeClients() {
        clients.close();
    }

    @Override
    protected PendingKeys marks() {
        return new RedisPendingKeys(link, clients.settings());
    }

    @Override
    protected void pass(Duration time) {
        clients.age(RedisProcess.shared().url(), time);
    }

    @Test
    void withoutRedisNoMarkIsKnownAndNoneIsSet() {
        PendingKeys marks = new RedisPendingKeys(clients.link("redis://127.0.0.1:1"), clients.settings());

        assertThatExceptionOfType(QueueUnavailableException.class).isThrownBy(() -> marks.of(KEY));
        assertThatExceptionOfType(QueueUnavailableException.class).isThrownBy(() -> marks.intend(KEY));
        assertThatExceptionOfType(QueueUnavailableException.class).isThrownBy(() -> marks.confirm(KEY));
        assertThatExceptionOfType(QueueUnavailableException.class).isThrownBy(() -> marks.clear(KEY));
    }
}
