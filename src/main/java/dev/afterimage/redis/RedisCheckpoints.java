package dev.afterimage.redis;

import dev.afterimage.catalogue.CatalogueRunner.Checkpoints;
import dev.afterimage.catalogue.Checkpoint;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.Optional;

/**
 * The checkpoints of a fleet: a string for each catalogue, so that any instance can go on where another stopped. When
 * one is lost, the plan begins at the first row again, and queues no job for an image that is there already.
 */
public final class RedisCheckpoints implements Checkpoints {

    /**
     * How long a checkpoint is kept after it was saved. A run that nobody went on with for so long begins again,
     * because much of what it found fresh is fresh no longer.
     */
    static final Duration KEPT_FOR = Duration.ofDays(2);

    private final RedisLink link;
    private final String prefix;

    public RedisCheckpoints(RedisLink link, RedisConfig config) {
        this.link = link;
        this.prefix = config.prefix() + ":checkpoint:";
    }

    @Override
    public Optional<Checkpoint> find(String catalogue) {
        Response text = link.callForQueue(Request.cmd(Command.GET).arg(prefix + catalogue));
        return text == null ? Optional.empty() : Checkpoint.decode(text.toString());
    }

    @Override
    public void save(String catalogue, Checkpoint checkpoint) {
        link.callForQueue(Request.cmd(Command.SET)
                .arg(prefix + catalogue)
                .arg(checkpoint.encode())
                .arg("PX")
                .arg(KEPT_FOR.toMillis()));
    }
}
