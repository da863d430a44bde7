package dev.afterimage.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connection that all commands of this process share: they are written one after the other and answered in that
 * order, so that a busy process reads many answers at once. None of them blocks the server or changes the connection's
 * state.
 *
 * <p>A connection that failed is retired: the next command gets a new one, and the old one is closed when the last
 * command on it has ended.
 */
final class SharedConnection {

    private final Redis redis;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Future<CountedConnection> shared;

    SharedConnection(Redis redis) {
        this.redis = redis;
    }

    /** The present connection, opened when there is none. Does not block. */
    Future<CountedConnection> current() {
        lock.lock();
        try {
            Future<CountedConnection> connection = shared;
            if (connection == null
                    || connection.failed()
                    || (connection.succeeded() && connection.result().isRetired())) {
                connection = redis.connect().map(CountedConnection::new);
                shared = connection;
            }
            return connection;
        } finally {
            lock.unlock();
        }
    }

    /** One connection, and how many commands use it. */
    static final class CountedConnection {

        private final RedisConnection redis;
        private final AtomicBoolean retired = new AtomicBoolean();
        /** Commands on their way, and one more until it is retired; it is closed at zero. */
        private final AtomicInteger users = new AtomicInteger(1);

        /** Commands that have used it. */
        private final AtomicLong entered = new AtomicLong();

        private CountedConnection(RedisConnection redis) {
            this.redis = redis;
        }

        RedisConnection redis() {
            return redis;
        }

        private boolean isRetired() {
            return retired.get();
        }

        /** To be called before a command is sent; false when the connection is closed already. */
        boolean enter() {
            boolean open = users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
            if (open) {
                entered.incrementAndGet();
            }
            return open;
        }

        /** How many commands have used it so far, when at most one is using it now; else -1. */
        long commandsIfAlone() {
            return users.get() <= 2 ? entered.get() : -1;
        }

        /** The command has ended. */
        void leave() {
            if (users.decrementAndGet() == 0) {
                close();
            }
        }

        /** From now on no new command uses it. */
        void retire() {
            if (retired.compareAndSet(false, true)) {
                leave();
            }
        }

        /**
         * Closes the connection. The client has no other way to close one than to give it back in publish/subscribe
         * mode, in which it is not pooled; so an UNSUBSCRIBE is sent first. The connection is given back when that was
         * written, or the pool would hand it out once more.
         */
        private void close() {
            redis.handler(answer -> {});
            redis.send(Request.cmd(Command.UNSUBSCRIBE)).onComplete(written -> redis.close());
        }
    }
}
