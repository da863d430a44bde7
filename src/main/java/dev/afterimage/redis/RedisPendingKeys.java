package dev.afterimage.redis;

import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.PendingKeys;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;

/**
 * The marks of keys that are pending in a fleet: a string for each key, which expires when nobody clears it. Another string
 * says that the key was given up.
 */
public final class RedisPendingKeys implements PendingKeys {

    /**
     * How long a mark is kept: as long as the interactive queue keeps a message (MessageRetentionPeriod in
     * template.yaml), so that a job which SQS itself has dropped is not called pending any longer. A job that is put back
     * confirms its mark again.
     */
    static final Duration MARK_KEPT_FOR = Duration.ofDays(4);

    /**
     * How long a key is remembered as given up: longer than a callback waits before it looks again (at most 30 s while
     * the image is pending, 20 min when nothing is known of it).
     */
    private static final Duration GIVEN_UP_KEPT_FOR = Duration.ofHours(1);

    private final RedisLink link;
    private final String prefix;
    private final String givenUp;

    public RedisPendingKeys(RedisLink link, RedisConfig config) {
        this.link = link;
        this.prefix = config.prefix() + ":pending:";
        this.givenUp = config.prefix() + ":given-up:";
    }

    @Override
    public Mark of(ImageKey key) {
        Response mark = link.callForQueue(Request.cmd(Command.GET).arg(nameOf(key)));
        return mark == null ? Mark.NONE : Mark.valueOf(mark.toString());
    }

    @Override
    public void intend(ImageKey key) {
        link.callForQueue(set(key, Mark.INTENDED).arg("NX"));
        link.callForQueue(Request.cmd(Command.DEL).arg(givenUp + key.value()));
    }

    @Override
    public void confirm(ImageKey key) {
        link.callForQueue(set(key, Mark.CONFIRMED).arg("XX"));
    }

    @Override
    public void clear(ImageKey key) {
        link.callForQueue(Request.cmd(Command.DEL).arg(nameOf(key)));
    }

    @Override
    public void giveUp(ImageKey key) {
        link.callForQueue(Request.cmd(Command.SET)
                .arg(givenUp + key.value())
                .arg("")
                .arg("PX")
                .arg(GIVEN_UP_KEPT_FOR.toMillis()));
    }

    @Override
    public boolean isGivenUp(ImageKey key) {
        return link.callForQueue(Request.cmd(Command.GET).arg(givenUp + key.value())) != null;
    }

    private Request set(ImageKey key, Mark mark) {
        return Request.cmd(Command.SET)
                .arg(nameOf(key))
                .arg(mark.name())
                .arg("PX")
                .arg(MARK_KEPT_FOR.toMillis());
    }

    private String nameOf(ImageKey key) {
        return prefix + key.value();
    }
}
