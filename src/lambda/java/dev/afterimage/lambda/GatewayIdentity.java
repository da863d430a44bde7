package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext.Authorizer;
import dev.afterimage.http.ImageEndpoint;
import dev.afterimage.http.auth.AccessGate.Authenticator;
import dev.afterimage.http.auth.AuthConfig;
import dev.afterimage.http.auth.AuthConfig.Mode;
import dev.afterimage.http.auth.Client;
import dev.afterimage.http.auth.Client.Role;
import dev.afterimage.limit.Caller;
import io.quarkus.vertx.http.runtime.QuarkusHttpHeaders;
import io.smallrye.common.annotation.Identifier;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Mode {@code gateway}: the client is the one that API Gateway's authorizer accepted, by a token or by IAM. In mode
 * {@code none} the client only decides whose quota is used: API Gateway alone has decided who may call.
 */
@Singleton
@Identifier("gateway") final class GatewayIdentity implements Authenticator {

    private static final String ASSUMED_ROLE = ":assumed-role/";
    private static final String BATCHES = "/v1/batches";

    private final AuthConfig config;

    GatewayIdentity(AuthConfig config) {
        this.config = config;
    }

    @Override
    public CompletionStage<Optional<Client>> identify(RoutingContext context, Optional<String> token) {
        APIGatewayV2HTTPEvent event = context.request().headers() instanceof QuarkusHttpHeaders headers
                ? headers.getContextObject(APIGatewayV2HTTPEvent.class)
                : null;
        Optional<Client> named = event == null || event.getRequestContext() == null
                ? Optional.empty()
                : client(event.getRequestContext().getAuthorizer(), context.normalizedPath());
        return CompletableFuture.completedFuture(
                config.mode() == Mode.NONE
                        ? named.or(() -> Optional.of(Client.at(context.request(), EnumSet.allOf(Role.class))))
                        : named);
    }

    /**
     * The caller, if it may use {@code POST /v1/images}. Empty for all others, and in the modes {@code keys} and
     * {@code jwt}: the embedded server decides on those requests and answers them.
     */
    Optional<Caller> callerWhoMayAsk(APIGatewayV2HTTPEvent event) {
        APIGatewayV2HTTPEvent.RequestContext context = event.getRequestContext();
        Optional<Client> named = client(context.getAuthorizer(), ImageEndpoint.PATH);
        return switch (config.mode()) {
            case NONE ->
                named.or(() -> Optional.of(Client.at(context.getHttp().getSourceIp(), EnumSet.allOf(Role.class))))
                        .map(Client::caller);
            case GATEWAY ->
                named.filter(client -> client.roles().contains(Role.ASK)).map(Client::caller);
            case KEYS, JWT -> Optional.empty();
        };
    }

    /**
     * The client that an authorizer accepted; empty for none.
     *
     * @param path the route's path: IAM's policies decide by path, and have no roles
     */
    Optional<Client> client(@Nullable Authorizer authorizer, String path) {
        if (authorizer == null) {
            return Optional.empty();
        }
        if (authorizer.getJwt() != null && authorizer.getJwt().getClaims() != null) {
            Map<String, String> claims = authorizer.getJwt().getClaims();
            return Optional.ofNullable(claims.get("sub"))
                    .filter(subject -> !subject.isBlank())
                    .map(subject -> Client.named(
                            subject,
                            config.mode() == Mode.NONE
                                    ? EnumSet.allOf(Role.class)
                                    : config.scopes().roles(scopes(claims))));
        }
        return Optional.ofNullable(authorizer.getIam())
                .map(iam -> iam.getUserArn())
                .filter(arn -> !arn.isBlank())
                .map(GatewayIdentity::withoutSession)
                .map(arn -> Client.named(arn, rolesOfIam(arn, path)));
    }

    /**
     * The roles of a client that IAM's policies let through: all, but on the routes of batches only {@code BATCH}, unless the
     * client is an operator, because a policy that opens a route cannot limit a caller to its own batches.
     */
    private Set<Role> rolesOfIam(String arn, String path) {
        boolean isOperator = config.mode() == Mode.NONE
                || config.operators()
                        .filter(operators -> operators.contains(arn))
                        .isPresent();
        return path.startsWith(BATCHES) && !isOperator ? EnumSet.of(Role.BATCH) : EnumSet.allOf(Role.class);
    }

    /** The scopes of a token: a claim of text with spaces, or a list, which API Gateway writes as {@code [a b]}. */
    private static Set<String> scopes(Map<String, String> claims) {
        Set<String> scopes = new HashSet<>();
        for (String name : new String[] {"scope", "scp"}) {
            scopes.addAll(Arrays.asList(claims.getOrDefault(name, "").split("[\\[\\],\\s]+", -1)));
        }
        return scopes;
    }

    /**
     * Removes the session from {@code arn:aws:sts::123456789012:assumed-role/role/session}, because its name is chosen
     * freely by the one who assumes the role ("IAM identifiers"). A user's ARN stays as it is, path included.
     */
    private static String withoutSession(String arn) {
        if (!arn.contains(ASSUMED_ROLE)) {
            return arn;
        }
        int session = arn.indexOf('/', arn.indexOf(ASSUMED_ROLE) + ASSUMED_ROLE.length());
        return session < 0 ? arn : arn.substring(0, session);
    }
}
