package dev.afterimage.http;

import dev.afterimage.time.Machine;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.vertx.http.HttpServerStart;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts off a client that takes too long to send: the head of a request (counted from its first byte), a small body, or the
 * rest of a body that was answered unread. The server's own idle time-out never ends a client that sends a byte now and
 * then, and no handler of Vert.x hears of a request before its head is whole. So this class looks once a second at Netty's
 * connections of each event loop, which costs a request less than a timer would.
 */
@Singleton
final class ReceiveDeadline {

    private static final AttributeKey<Object> RECEIVING = AttributeKey.valueOf(ReceiveDeadline.class, "receiving");

    private static final long CHECK_EVERY_MILLIS = 1000;

    private final Vertx vertx;
    private final Duration headLimit;
    private final LongSupplier nanoTime;

    ReceiveDeadline(Vertx vertx, HttpConfig config, Machine machine) {
        this.vertx = vertx;
        this.headLimit = config.headTimeout();
        this.nanoTime = machine.nanoTime();
    }

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(context -> {
            if (context.request().connection() instanceof ConnectionBase connection) {
                Receiving receiving = receiving(connection.channel());
                receiving.headIsWhole();
                context.put(Receiving.KEY, receiving);
                context.addEndHandler(answered -> receiving.requestHasEnded());
            }
            context.next();
        });
    }

    /** Not on Lambda, where requests come as events. */
    void begin(@ObservesAsync HttpServerStart started) {
        vertx.setPeriodic(CHECK_EVERY_MILLIS, timer -> {
            for (EventExecutor loop : ((VertxInternal) vertx).getEventLoopGroup()) {
                if (loop instanceof SingleThreadEventLoop connections) {
                    loop.execute(() -> connections.registeredChannelsIterator().forEachRemaining(this::check));
                }
            }
        });
    }

    /** Runs on the connection's own event loop, so that no two threads meet here. */
    private void check(Channel connection) {
        if (connection.parent() instanceof ServerChannel) {
            receiving(connection).cutOffIfLate();
        }
    }

    private Receiving receiving(Channel connection) {
        // After a live reload a connection may still have a handler of the class as it was loaded before.
        if (connection.attr(RECEIVING).get() instanceof Receiving known) {
            return known;
        }
        Receiving receiving = new Receiving(connection, headLimit, nanoTime);
        connection.attr(RECEIVING).set(receiving);
        connection.pipeline().addFirst(receiving);
        return receiving;
    }

    /**
     * Starts the time limit for the body of this request.
     *
     * @param late answers a client that takes longer; runs on the request's own context, at most a second too late
     */
    static void startBodyLimit(RoutingContext context, Duration limit, Runnable late) {
        if (context.get(Receiving.KEY) instanceof Receiving receiving) {
            Context own = context.vertx().getOrCreateContext();
            receiving.begin(limit, () -> own.runOnContext(there -> late.run()));
        }
    }

    /** Ends the time limit for the body, which is whole. False when the limit has passed: {@code late} answers the request. */
    static boolean endBodyLimit(RoutingContext context) {
        return !(context.get(Receiving.KEY) instanceof Receiving receiving) || receiving.end();
    }

    /** What one connection is receiving. */
    private static final class Receiving extends ChannelInboundHandlerAdapter {

        static final String KEY = Receiving.class.getName();

        private final Runnable close;
        private final Duration headLimit;
        private final LongSupplier nanoTime;
        private boolean inRequest;
        /** What to do when the head or body that is being received is late; null while neither is. */
        private @Nullable Runnable late;

        private long dueAt;

        Receiving(Channel connection, Duration headLimit, LongSupplier nanoTime) {
            this.close = () -> {
                var unused = connection.close();
            };
            this.headLimit = headLimit;
            this.nanoTime = nanoTime;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            if (!inRequest && late == null) {
                begin(headLimit, close);
            }
            context.fireChannelRead(bytes);
        }

        void headIsWhole() {
            inRequest = true;
            late = null;
        }

        void requestHasEnded() {
            inRequest = false;
            late = null;
        }

        void begin(Duration limit, Runnable whenLate) {
            dueAt = nanoTime.getAsLong() + limit.toNanos();
            late = whenLate;
        }

        boolean end() {
            boolean inTime = late != null;
            late = null;
            return inTime;
        }

        void cutOffIfLate() {
            Runnable whenLate = late;
            if (whenLate != null && nanoTime.getAsLong() - dueAt > 0) {
                late = null;
                whenLate.run();
            }
        }
    }
}
