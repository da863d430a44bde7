package dev.afterimage.http;

import dev.afterimage.time.Machine;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.vertx.http.HttpServerStart;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Cuts a client off that takes too long to send a request's head, from its first byte on, or the rest of a body that was
 * answered unread. The server's own idle time-out never ends a client that sends a byte now and then, and no handler of
 * Vert.x hears of a request before its head is whole. So this looks once a second at the connections of each event loop, as
 * Netty knows them.
 */
@Singleton
final class HeadDeadline {

    private static final AttributeKey<Object> RECEIVING = AttributeKey.valueOf(HeadDeadline.class, "receiving");

    private static final long LOOK_EVERY_MILLIS = 1000;

    private final Vertx vertx;
    private final Duration limit;
    private final LongSupplier nanoTime;

    @Inject
    HeadDeadline(Vertx vertx, HttpConfig config, Machine machine) {
        this.vertx = vertx;
        this.limit = config.headTimeout();
        this.nanoTime = machine.nanoTime();
    }

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(context -> {
            of(context.request()).ifPresent(receiving -> {
                receiving.headIsWhole();
                context.addEndHandler(answered -> receiving.requestHasEnded());
            });
            context.next();
        });
    }

    /** Begins to look at the connections; not on Lambda, where requests come as events. */
    void begin(@ObservesAsync HttpServerStart started) {
        vertx.setPeriodic(LOOK_EVERY_MILLIS, look -> {
            for (EventExecutor loop : ((VertxInternal) vertx).getEventLoopGroup()) {
                if (loop instanceof SingleThreadEventLoop connections) {
                    loop.execute(() -> connections.registeredChannelsIterator().forEachRemaining(this::look));
                }
            }
        });
    }

    /** Runs on the connection's own event loop, so that no two threads meet here. */
    private void look(Channel connection) {
        if (!(connection.parent() instanceof ServerChannel)) {
            return;
        }
        // Live reload leaves connections behind whose handler is of a formerly loaded class; these are left alone.
        Object known = connection.attr(RECEIVING).get();
        if (known == null) {
            Receiving receiving = new Receiving(nanoTime);
            connection.attr(RECEIVING).set(receiving);
            connection.pipeline().addFirst(receiving);
        } else if (known instanceof Receiving receiving && receiving.isLate(limit)) {
            ChannelFuture unused = connection.close();
        }
    }

    private static Optional<Receiving> of(HttpServerRequest request) {
        return request.connection() instanceof ConnectionBase connection
                        && connection.channel().attr(RECEIVING).get() instanceof Receiving receiving
                ? Optional.of(receiving)
                : Optional.empty();
    }

    /** What one connection is receiving. */
    private static final class Receiving extends ChannelInboundHandlerAdapter {

        private final LongSupplier nanoTime;
        private boolean inRequest;
        private boolean inHead;
        private long since;

        Receiving(LongSupplier nanoTime) {
            this.nanoTime = nanoTime;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            if (!inRequest && !inHead) {
                inHead = true;
                since = nanoTime.getAsLong();
            }
            context.fireChannelRead(bytes);
        }

        void headIsWhole() {
            inRequest = true;
            inHead = false;
        }

        void requestHasEnded() {
            inRequest = false;
        }

        boolean isLate(Duration limit) {
            return inHead && nanoTime.getAsLong() - since > limit.toNanos();
        }
    }
}
