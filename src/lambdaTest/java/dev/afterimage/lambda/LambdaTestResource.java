package dev.afterimage.lambda;

import dev.afterimage.http.auth.Client;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.InvocationDeadline;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Says what reaches a resource of a request that came as an event. */
@Path("/lambda-test")
public class LambdaTestResource {

    private final InvocationDeadline invocation;

    LambdaTestResource(InvocationDeadline invocation) {
        this.invocation = invocation;
    }

    @GET
    @RunOnVirtualThread
    public Map<String, Object> reached(@Context RoutingContext context) {
        HttpServerRequest request = context.request();
        Clock clock = Clock.systemUTC();
        Deadline far = Deadline.in(Duration.ofDays(1), clock);
        return Map.of(
                "caller", Client.of(context).caller().id(),
                "remote", request.remoteAddress().hostAddress(),
                "requestId",
                        Optional.ofNullable(request.getHeader("X-Request-Id")).orElse(""),
                "millisLeft", invocation.cap(far).remaining(clock).toMillis());
    }
}
