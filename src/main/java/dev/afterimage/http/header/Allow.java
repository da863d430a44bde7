package dev.afterimage.http.header;

import io.quarkus.resteasy.reactive.server.runtime.ResteasyReactiveRecorder;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jboss.resteasy.reactive.server.core.Deployment;
import org.jboss.resteasy.reactive.server.handlers.ClassRoutingHandler;
import org.jboss.resteasy.reactive.server.handlers.RestInitialHandler.InitialMatch;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper.RequestMatch;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.spi.ServerRestHandler;

/**
 * The {@code Allow} response header (RFC 9110, section 10.2.1): the methods of a path. Asked of Quarkus REST's own routing
 * table, because Quarkus REST answers 405 without it, and OPTIONS with the methods of the whole class.
 */
public final class Allow {

    public static final String HEADER = "Allow";

    /** The path with a route in front of Quarkus REST, which offers POST. */
    private static final String ROUTE = "/v1/images";

    private Allow() {}

    /** The methods that some resource offers at this path, in alphabetical order; empty when there is none. */
    public static SortedSet<String> methodsOf(String path) {
        SortedSet<String> methods = new TreeSet<>();
        Deployment deployment = ResteasyReactiveRecorder.getCurrentDeployment();
        RequestMapper<InitialMatch> classes = new RequestMapper<>(deployment.getClassMappers());
        for (RequestMatch<InitialMatch> match = classes.map(path);
                match != null;
                match = classes.continueMatching(path, match)) {
            for (ServerRestHandler handler : match.value.handlers) {
                if (handler instanceof ClassRoutingHandler routing) {
                    addMethods(routing, match.remaining.isEmpty() ? "/" : match.remaining, methods);
                }
            }
        }
        if (path.equals(ROUTE) || path.equals(ROUTE + "/")) {
            methods.add("POST");
        }
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        if (!methods.isEmpty()) {
            methods.add("OPTIONS");
        }
        return methods;
    }

    private static void addMethods(ClassRoutingHandler routing, String remaining, SortedSet<String> methods) {
        for (Map.Entry<String, RequestMapper<RuntimeResource>> entry :
                routing.getMappers().entrySet()) {
            if (entry.getKey() != null && entry.getValue().map(remaining) != null) {
                methods.add(entry.getKey());
            }
        }
    }
}
