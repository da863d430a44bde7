package dev.afterimage.http.auth;

import static dev.afterimage.http.problem.ProblemType.IDENTITY_UNAVAILABLE;

import dev.afterimage.http.auth.AccessGate.Authenticator;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.Problem.ProblemException;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.smallrye.jwt.auth.principal.ParseException;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * Mode {@code jwt}: verifies tokens with Quarkus' own means (SmallRye JWT: signature, issuer, audience, expiry), on a virtual
 * thread, because the identity provider's keys may have to be fetched first.
 */
@Singleton
@Identifier("jwt") final class JwtAuthenticator implements Authenticator {

    private static final Duration RETRY_AFTER_OUTAGE = Duration.ofSeconds(10);

    private final JWTParser parser;
    private final AuthConfig config;
    private final ExecutorService threads;

    JwtAuthenticator(JWTParser parser, AuthConfig config, @VirtualThreads ExecutorService threads) {
        this.parser = parser;
        this.config = config;
        this.threads = threads;
    }

    @Override
    public CompletionStage<Optional<Client>> identify(RoutingContext context, Optional<String> token) {
        return token.map(text -> CompletableFuture.supplyAsync(() -> client(text), threads))
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
    }

    private Optional<Client> client(String token) {
        JsonWebToken verified;
        try {
            verified = parser.parse(token);
        } catch (ParseException refused) {
            if (isOutage(refused)) {
                throw new ProblemException(Problem.of(
                                IDENTITY_UNAVAILABLE,
                                "The keys that tokens are verified with can't be fetched. Ask again after the time in"
                                        + " Retry-After.")
                        .after(RETRY_AFTER_OUTAGE));
            }
            return Optional.empty();
        }
        // A token that a machine got for itself may have no subject, and name the machine in client_id. (With RFC 9068,
        // section 2.2, the subject would name it, too.)
        return Optional.ofNullable(verified.getSubject())
                .or(() -> verified.<String>claim("client_id"))
                .filter(name -> !name.isBlank())
                .map(name -> Client.named(name, config.scopes().roles(scopes(verified))));
    }

    private static boolean isOutage(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    /** The token's groups and scopes. A claim of scopes is text with spaces (RFC 8693, section 4.2), or a list. */
    private static Set<String> scopes(JsonWebToken token) {
        Set<String> scopes = new HashSet<>();
        if (token.getGroups() != null) {
            scopes.addAll(token.getGroups());
        }
        for (String name : new String[] {"scope", "scp"}) {
            Object claim = token.getClaim(name);
            if (claim != null) {
                scopes.addAll(Arrays.asList(claim.toString().split("[\\[\\]\",\\s]+", -1)));
            }
        }
        return scopes;
    }
}
