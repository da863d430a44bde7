package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.afterimage.catalogue.CatalogueRunner.Checkpoints;
import dev.afterimage.catalogue.CheckpointsContract;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.testing.RedisProcess;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RedisCheckpointsTest extends CheckpointsContract {

    @AutoClose
    private final RedisClients clients = new RedisClients();

    private final RedisLink link = clients.link(RedisProcess.shared().url());

    @Override
    protected Checkpoints checkpoints() {
        return new RedisCheckpoints(link, clients.settings());
    }

    @Test
    void checkpointNotContinuedForDaysExpires() {
        checkpoints().save("cards", CHECKPOINT);
        clients.age(RedisProcess.shared().url(), RedisCheckpoints.KEPT_FOR.minusHours(1));
        assertThat(checkpoints().find("cards")).contains(CHECKPOINT);
        checkpoints().save("cards", CHECKPOINT);
        clients.age(RedisProcess.shared().url(), RedisCheckpoints.KEPT_FOR.minusHours(1));
        assertThat(checkpoints().find("cards")).contains(CHECKPOINT);

        clients.age(RedisProcess.shared().url(), Duration.ofHours(1));

        assertThat(checkpoints().find("cards")).isEmpty();
    }

    @Test
    void damagedCheckpointIsIgnored() {
        checkpoints().save("cards", CHECKPOINT);
        clients.keys(link)
                .forEach(key -> link.call(Request.cmd(Command.SET).arg(key).arg("1\nrun\n")));

        assertThat(checkpoints().find("cards")).isEmpty();
    }

    @Test
    void withoutRedisCheckpointsAreUnavailable() {
        Checkpoints checkpoints = new RedisCheckpoints(clients.link("redis://127.0.0.1:1"), clients.settings());

        assertThatExceptionOfType(QueueUnavailableException.class).isThrownBy(() -> checkpoints.find("cards"));
        assertThatExceptionOfType(QueueUnavailableException.class)
                .isThrownBy(() -> checkpoints.save("cards", CHECKPOINT));
    }
}
