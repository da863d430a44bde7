package dev.afterimage.http.auth;

import static dev.afterimage.http.problem.ProblemType.AUTHENTICATION_REQUIRED;
import static dev.afterimage.http.problem.ProblemType.ROLE_MISSING;
import static dev.afterimage.http.problem.ProblemType.TOO_MANY_WRONG_KEYS;

import dev.afterimage.http.auth.Client.Role;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.time.Machine;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Decides who sends a request and whether they may. Stands before everything that serves requests; only CORS comes earlier,
 * because the preflight requests of browsers carry no key.
 */
@Singleton
public final class AccessGate {

    private static final Logger LOG = Logger.getLogger(AccessGate.class);

    /**
     * After Quarkus' own filter for CORS, at -300, and before all handlers that answer or read a body.
     */
    private static final int ORDER = -250;

    private static final String CHALLENGE = "Bearer realm=\"afterimage\"";

    /** RFC 6750, section 2.1. */
    private static final Pattern BEARER = Pattern.compile("(?i)bearer +([A-Za-z0-9._~+/-]{1,8192}=*)");

    private final Authenticator authenticator;
    private final RouteRoles routes;
    private final Optional<BrowserGuard> browsers;
    private final WrongKeys wrongKeys;

    /**
     * How this process lets requests in, as the wiring has chosen from its configuration.
     *
     * @param authenticator the one of the configured mode
     * @param onLoopback whether the service listens on loopback only
     * @param cors whether Quarkus' CORS filter runs before, and refuses foreign origins
     */
    public record Rules(Authenticator authenticator, AuthConfig config, boolean onLoopback, boolean cors) {}

    AccessGate(Rules rules, Machine machine) {
        AuthConfig config = rules.config();
        this.authenticator = rules.authenticator();
        this.routes = new RouteRoles(config);
        this.browsers = config.mode() == AuthConfig.Mode.NONE
                ? Optional.of(new BrowserGuard(
                        rules.onLoopback() || config.hosts().isPresent(),
                        config.hosts().orElse(Set.of()).stream()
                                .map(host -> host.toLowerCase(Locale.ROOT))
                                .collect(Collectors.toSet()),
                        rules.cors()))
                : Optional.empty();
        this.wrongKeys = new WrongKeys(machine.nanoTime()::getAsLong);
    }

    void register(@Observes Router router) {
        router.route().order(ORDER).handler(this::decide);
    }

    private void decide(RoutingContext context) {
        HttpServerRequest request = context.request();
        Set<Role> needed = routes.of(request.method().name(), context.normalizedPath());
        if (needed.isEmpty()) {
            context.next();
            return;
        }
        browsers.ifPresent(guard -> guard.check(request));
        CompletableFuture<Optional<Client>> identified =
                authenticator.identify(context, token(request)).toCompletableFuture();
        if (identified.isDone()) {
            decide(context, needed, identified.join());
            return;
        }
        Context own = context.vertx().getOrCreateContext();
        // Until the sender is known, none of the body is read.
        request.pause();
        var unused = identified.whenComplete((client, failure) -> own.runOnContext(there -> {
            if (failure == null) {
                try {
                    decide(context, needed, client);
                } catch (ProblemException refused) {
                    context.fail(refused);
                }
            } else {
                context.fail(failure);
            }
        }));
    }

    private void decide(RoutingContext context, Set<Role> needed, Optional<Client> client) {
        if (client.isEmpty()) {
            throw new ProblemException(unknownSender(context.request()));
        }
        if (!client.get().mayAny(needed)) {
            throw new ProblemException(roleMissing(needed));
        }
        client.get().attachTo(context);
        context.next();
    }

    private static Optional<String> token(HttpServerRequest request) {
        List<String> lines = request.headers().getAll(HttpHeaders.AUTHORIZATION);
        if (lines.size() != 1) {
            return Optional.empty();
        }
        Matcher bearer = BEARER.matcher(lines.getFirst());
        return bearer.matches() ? Optional.of(bearer.group(1)) : Optional.empty();
    }

    /** 401 to whoever sends no key or an unknown one; 429 to whoever tries too often. */
    private Problem unknownSender(HttpServerRequest request) {
        if (!request.headers().contains(HttpHeaders.AUTHORIZATION)) {
            return Problem.of(
                            AUTHENTICATION_REQUIRED,
                            "Send Authorization: Bearer and a key or token, which the service's operator gives you.")
                    .withHeader("WWW-Authenticate", CHALLENGE);
        }
        SocketAddress remote = request.remoteAddress();
        if (wrongKeys.tooMany(remote == null ? "" : String.valueOf(remote.hostAddress()))) {
            LOG.debug("An address has sent too many wrong keys");
            return Problem.of(
                            TOO_MANY_WRONG_KEYS,
                            "Too many wrong keys came from your address. Send a right one, or ask again after the time in"
                                    + " Retry-After.")
                    .after(WrongKeys.WINDOW);
        }
        return Problem.of(
                        AUTHENTICATION_REQUIRED,
                        "The service does not know this key, or the token has expired or is not for it. Send one"
                                + " Authorization header, with another key or token.")
                .withHeader("WWW-Authenticate", CHALLENGE + ", error=\"invalid_token\"");
    }

    /** 403, as RFC 6750, section 3.1 has it. */
    private static Problem roleMissing(Set<Role> needed) {
        String roles = needed.stream()
                .sorted()
                .map(role -> role.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" "));
        return Problem.of(
                        ROLE_MISSING,
                        "This needs the role " + roles.replace(" ", " or ")
                                + ", which your key or token does not give. The service's operator can change that.")
                .withHeader("WWW-Authenticate", CHALLENGE + ", error=\"insufficient_scope\", scope=\"" + roles + "\"");
    }

    /** Port: says who sends a request. One for each {@link AuthConfig.Mode}. */
    @FunctionalInterface
    public interface Authenticator {

        /**
         * The sender; empty when the request does not prove who that is. Does not block.
         *
         * @param token what follows {@code Authorization: Bearer}; empty when no such header was sent, or more than one
         */
        CompletionStage<Optional<Client>> identify(RoutingContext context, Optional<String> token);
    }
}
