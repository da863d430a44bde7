package dev.afterimage.http;

import dev.afterimage.http.auth.Client;
import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.http.header.RequestId;
import io.quarkus.vertx.http.runtime.ForwardedInfo;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.net.URI;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Hands the requests for an image that come over a connection to the {@link ImageEndpoint}, and sends its answers. It
 * is a route of its own, because Quarkus REST would cost more than all the rest of a hit.
 */
final class ImageRoute {

    /**
     * Registers the route. The endpoint is made by the first request and not at the start, because functions that only
     * run jobs get no requests and have no key that signs URLs.
     */
    void register(@Observes Router router, HttpConfig config, Clock clock, Instance<ImageEndpoint> endpoint) {
        JsonBody.of(router, ImageEndpoint.PATH, config.bodyTimeout())
                .handler(context -> answer(context, endpoint.get(), request(context, clock)));
        router.route(ImageEndpoint.PATH).order(JsonBody.ORDER).handler(context -> {
            if (context.request().method().equals(HttpMethod.OPTIONS)) {
                context.next();
            } else {
                context.fail(405);
            }
        });
    }

    private static ImageEndpoint.Request request(RoutingContext context, Clock clock) {
        return new ImageEndpoint.Request(
                RequestId.of(context),
                context.request().headers()::getAll,
                JsonBody.bytes(context),
                Client.of(context).caller(),
                clock.instant(),
                () -> root(context));
    }

    /** The service's root as the client addressed it, by the rules of Quarkus REST. */
    private static URI root(RoutingContext context) {
        HttpServerRequest request = context.request();
        String mounted = context.mountPoint() == null ? "/" : context.mountPoint();
        return URI.create(request.scheme() + "://" + request.authority() + forwardedPrefix(request) + mounted);
    }

    /**
     * The prefix that a trusted proxy says it has removed from the path; empty unless {@code quarkus.http.proxy} trusts
     * one.
     */
    private static String forwardedPrefix(HttpServerRequest request) {
        String prefix = request instanceof HttpServerRequestInternal internal
                        && internal.context().getLocal(ForwardedInfo.CONTEXT_KEY) instanceof ForwardedInfo forwarded
                ? forwarded.getPrefix()
                : null;
        if (prefix == null || prefix.isEmpty()) {
            return "";
        }
        String rooted = prefix.startsWith("/") ? prefix : "/" + prefix;
        return rooted.endsWith("/") ? rooted.substring(0, rooted.length() - 1) : rooted;
    }

    private static void answer(RoutingContext context, ImageEndpoint endpoint, ImageEndpoint.Request request) {
        Executor eventLoop = new EventLoop(context.vertx().getOrCreateContext());
        CompletableFuture<HttpResponse> response =
                endpoint.answer(request, eventLoop).toCompletableFuture();
        if (response.isDone()) {
            response.join().send(context);
            return;
        }
        long timer = context.vertx()
                .setTimer(
                        endpoint.timeLimit(request).toMillis(),
                        overdue -> endpoint.overdue(request).send(context));
        context.addEndHandler(answered -> context.vertx().cancelTimer(timer));
        var unused = response.thenAcceptAsync(whole -> whole.send(context), eventLoop);
    }

    /**
     * The event loop of a connection. Results from Redis and from files arrive on other threads, but answers must be
     * sent on this one.
     *
     * @param context the request's Vert.x context
     */
    private record EventLoop(Context context) implements Executor {

        @Override
        public void execute(Runnable task) {
            if (Context.isOnEventLoopThread() && context.equals(Vertx.currentContext())) {
                task.run();
            } else {
                context.runOnContext(there -> task.run());
            }
        }
    }
}
