package dev.afterimage.lambda;

import java.util.List;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/** Settings of Quarkus that only the HTTP server inside applies to requests. */
final class ServerOnly {

    private static final List<String> SWITCHES =
            List.of("quarkus.http.cors.enabled", "quarkus.http.access-log.enabled");

    private static final List<String> PREFIXES =
            List.of("quarkus.http.auth.permission.", "quarkus.http.header.", "quarkus.http.filter.");

    private ServerOnly() {}

    /** Whether any is set: CORS (which API Gateway does itself), permissions, headers, filters, or an access log. */
    static boolean isConfigured(Config config) {
        return SWITCHES.stream()
                        .anyMatch(name ->
                                config.getOptionalValue(name, Boolean.class).orElse(false))
                || StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                        .anyMatch(name -> PREFIXES.stream().anyMatch(name::startsWith));
    }
}
