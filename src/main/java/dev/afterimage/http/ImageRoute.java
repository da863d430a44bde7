package dev.afterimage.http;

import dev.afterimage.image.ImageRequest;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.pipeline.IndexLookup;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The handlers that a request for an image passes before {@link ImageResource}, in order: what kind of body it announces,
 * how long and how large it becomes, and whether its image is known, in which case it goes no further.
 */
final class ImageRoute {

    static final String PATH = "/v1/images";

    private static final String ARRIVAL = ImageRoute.class.getName() + ".arrival";
    private static final String GLANCE = ImageRoute.class.getName() + ".indexLookup";

    /** After {@link BodyLimit} and the framework's own handlers, before the resources. */
    private static final int ORDER = -1;

    /**
     * Whoever answers is made by the first request and not by the start: functions that work jobs off have neither requests
     * nor keys to sign with.
     */
    void register(
            @Observes Router router,
            HttpConfig config,
            Clock clock,
            Instance<FastPath> fastPath,
            Instance<ImageService> images) {
        BodyDeadline deadline = new BodyDeadline(config.bodyTimeout());
        router.post(PATH)
                .order(ORDER)
                .handler(new MediaTypeGate(List.of("application/json")))
                .handler(deadline::begin)
                .handler(new BodyGate(BodyLimit.IMAGE_BYTES))
                .handler(deadline::end)
                .handler(context -> {
                    context.put(ARRIVAL, clock.instant());
                    indexLookup(context, fastPath.get(), images.get());
                });
    }

    /** When the whole request was there; empty where it came by another way. */
    static Optional<Instant> arrival(RoutingContext context) {
        return Optional.ofNullable(context.get(ARRIVAL));
    }

    /** What the index has told already. */
    static Optional<IndexLookup> indexLookup(RoutingContext context) {
        return Optional.ofNullable(context.get(GLANCE));
    }

    private static void indexLookup(RoutingContext context, FastPath fastPath, ImageService images) {
        MultiMap headers = context.request().headers();
        Optional<ImageRequest> request = fastPath.read(headers::getAll, BodyGate.bytes(context));
        if (request.isEmpty()) {
            context.next();
            return;
        }
        Context own = context.vertx().getOrCreateContext();
        var unused = images.indexLookup(request.get())
                .whenComplete((indexLookup, failure) -> onItsLoop(own, context, () -> {
                    // A failure is the resource's, which tries again and tells of it.
                    if (failure == null) {
                        context.put(GLANCE, indexLookup);
                    }
                    if (failure == null && indexLookup.hit().isPresent()) {
                        answer(context, fastPath.write(indexLookup.hit().get(), headers::getAll));
                    } else {
                        context.next();
                    }
                }));
    }

    /** Redis answers on an event loop of its own, and files are read by virtual threads; a connection belongs to one loop. */
    private static void onItsLoop(Context own, RoutingContext routing, Runnable work) {
        Runnable guarded = () -> {
            try {
                work.run();
            } catch (RuntimeException failure) {
                routing.fail(failure);
            }
        };
        if (Context.isOnEventLoopThread() && own.equals(Vertx.currentContext())) {
            guarded.run();
        } else {
            own.runOnContext(there -> guarded.run());
        }
    }

    private static void answer(RoutingContext context, FastResponse answer) {
        HttpServerResponse response = context.response();
        if (!response.ended() && !response.closed()) {
            answer.headers().forEach(header -> response.putHeader(header.name(), header.value()));
            response.end(answer.body());
        }
    }
}
