package dev.afterimage.http.auth;

import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Port: says who sends a request. One for each {@link AuthConfig.Mode}. */
@FunctionalInterface
public interface Authenticator {

    /**
     * The sender; empty when nobody says so whom we believe. Answers without blocking the caller's thread.
     *
     * @param token what stands behind {@code Authorization: Bearer}; empty when no such header was sent, or more than one
     */
    CompletionStage<Optional<Client>> identify(RoutingContext context, Optional<String> token);
}
