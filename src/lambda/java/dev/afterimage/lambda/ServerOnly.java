package dev.afterimage.lambda;

import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/** What an operator may put before the resources that only the HTTP server inside knows of. */
public final class ServerOnly {

    private ServerOnly() {}

    /** Whether there is something: CORS, which API Gateway does by itself, or permissions. */
    public static boolean isConfigured(Config config) {
        return config.getOptionalValue("quarkus.http.cors.enabled", Boolean.class)
                        .orElse(false)
                || StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                        .anyMatch(name -> name.startsWith("quarkus.http.auth.permission."));
    }
}
