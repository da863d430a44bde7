package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.Caller;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.testing.RedisCluster;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** On a Redis Cluster of three nodes. */
class RedisClusterTest extends RedisContracts {

    @Override
    protected RedisLink link(LongSupplier nanoTime) {
        return new RedisLink(
                clients.clusterClient(RedisCluster.shared().urls()), clients.settings(), nanoTime, duration -> {});
    }

    @Override
    protected List<RedisLink> servers() {
        return RedisCluster.shared().urls().stream().map(clients::link).toList();
    }

    @Test
    void scriptsFlushedFromAClusterAreSentAgain() {
        Caller ann = new Caller("ann");
        CallerQuota quota =
                new RedisCallerQuota(link(System::nanoTime), clients.prefix, OptionalInt.of(2), this::micros);
        quota.spend(ann);
        servers().forEach(server -> server.call(Request.cmd(Command.SCRIPT).arg("FLUSH")));

        assertThat(quota.spend(ann)).isInstanceOf(CallerQuota.Decision.Allowed.class);
        assertThat(quota.spend(ann)).isInstanceOf(CallerQuota.Decision.Exceeded.class);
    }
}
