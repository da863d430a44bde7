package dev.afterimage.wiring;

import dev.afterimage.http.ConsoleRoutes.ConsoleConfig;
import dev.afterimage.http.ConsoleRoutes.ConsoleSwitch;
import dev.afterimage.http.auth.AccessGate;
import dev.afterimage.http.auth.AccessGate.Authenticator;
import dev.afterimage.http.auth.AuthConfig;
import dev.afterimage.http.auth.AuthConfig.Mode;
import dev.afterimage.http.auth.CallerKeys;
import dev.afterimage.http.auth.Client;
import dev.afterimage.http.auth.Client.Role;
import io.smallrye.common.annotation.Identifier;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.eclipse.microprofile.config.Config;

/**
 * Chooses how clients are authenticated. A configuration that contradicts itself, or would be open to everybody by
 * accident, stops the start before a socket is opened.
 */
class AuthWiring {

    private static final List<String> JWT_KEYS = List.of(
            "mp.jwt.verify.publickey.location",
            "mp.jwt.verify.publickey",
            "smallrye.jwt.verify.key.location",
            "smallrye.jwt.verify.secretkey");

    private static final Set<Role> EVERY_ROLE = Set.of(Role.values());

    /**
     * The settings that mode {@code jwt} requires besides a key. Without them a token of another issuer, or for another audience, would be
     * accepted.
     */
    private static final List<String> JWT_CHECKS = List.of("mp.jwt.verify.issuer", "mp.jwt.verify.audiences");

    @Singleton
    AccessGate.Rules rules(AuthConfig config, Config all, @Any Instance<Authenticator> authenticators) {
        Instance<Authenticator> gateway = authenticators.select(Identifier.Literal.of("gateway"));
        check(config, all, gateway.isResolvable());
        boolean onLoopback = !gateway.isResolvable() && isLoopback(host(all));
        Authenticator authenticator = switch (config.mode()) {
            case NONE -> gateway.isResolvable() ? gateway.get() : AuthWiring::everybody;
            case KEYS -> new CallerKeys(config).authenticator();
            case JWT -> authenticators.select(Identifier.Literal.of("jwt")).get();
            case GATEWAY -> gateway.get();
        };
        return new AccessGate.Rules(
                authenticator,
                config,
                onLoopback,
                all.getOptionalValue("quarkus.http.cors.enabled", Boolean.class).orElse(false));
    }

    /**
     * Whether there is a console. By default there is one on a laptop that asks for no key, because a browser sends
     * none by itself.
     */
    @Singleton
    ConsoleSwitch console(ConsoleConfig config, BackendConfig backends, AuthConfig auth) {
        boolean byDefault = backends.backend() == BackendConfig.Backend.LOCAL && auth.mode() == Mode.NONE;
        return new ConsoleSwitch(config.enabled().orElse(byDefault));
    }

    private static CompletableFuture<Optional<Client>> everybody(RoutingContext context, Optional<String> token) {
        return CompletableFuture.completedFuture(Optional.of(Client.at(context.request(), EVERY_ROLE)));
    }

    /**
     * Checks the configuration of authentication.
     *
     * @param onLambda whether requests come only as Lambda events
     * @throws IllegalArgumentException when it contradicts itself, or is open by accident; names the key and how to mend it
     */
    static void check(AuthConfig config, Config all, boolean onLambda) {
        Mode mode = config.mode();
        if (onLambda && mode != Mode.GATEWAY && mode != Mode.NONE) {
            throw new IllegalArgumentException(
                    "Set afterimage.auth.mode to gateway: in a function API Gateway's authorizer asks"
                            + " for tokens, before the function starts.");
        }
        if (!onLambda && mode == Mode.GATEWAY) {
            throw new IllegalArgumentException(
                    "Set afterimage.auth.mode to keys or jwt: gateway is for the function on AWS, and"
                            + " here requests come from no gateway whose word could be trusted.");
        }
        if (mode != Mode.KEYS && !config.keys().isEmpty()) {
            throw twoModes(mode, "afterimage.auth.keys");
        }
        if (mode != Mode.KEYS && config.keyFile().isPresent()) {
            throw twoModes(mode, "afterimage.auth.key-file");
        }
        Optional<String> jwtKey =
                JWT_KEYS.stream().filter(key -> isSet(all, key)).findFirst();
        if (mode != Mode.JWT && jwtKey.isPresent()) {
            throw twoModes(mode, jwtKey.get());
        }
        if (mode == Mode.JWT) {
            if (jwtKey.isEmpty()) {
                throw new IllegalArgumentException("Set " + JWT_KEYS.getFirst()
                        + " to where the identity provider's keys are: afterimage.auth.mode is jwt.");
            }
            JWT_CHECKS.stream().filter(key -> !isSet(all, key)).findFirst().ifPresent(key -> {
                throw new IllegalArgumentException(
                        "Set " + key + ": without it tokens that are meant for somebody else would be honoured.");
            });
        }
        if (mode == Mode.NONE && !onLambda && !config.open() && !isLoopback(host(all))) {
            throw new IllegalArgumentException(
                    "Set afterimage.auth.mode to keys or jwt, or quarkus.http.host to localhost: the"
                            + " service would listen on " + host(all)
                            + ", and anybody who reaches it could spend credits and delete"
                            + " images. Where something in front of it asks who they are, say afterimage.auth.open=true.");
        }
    }

    private static IllegalArgumentException twoModes(Mode mode, String key) {
        return new IllegalArgumentException("Set afterimage.auth.mode to the one that you mean: it is "
                + mode.name().toLowerCase(Locale.ROOT) + ", for which " + key + " must not be set.");
    }

    private static boolean isSet(Config all, String key) {
        return all.getOptionalValue(key, String.class)
                .filter(value -> !value.isBlank() && !value.equalsIgnoreCase("NONE"))
                .isPresent();
    }

    private static String host(Config all) {
        return all.getOptionalValue("quarkus.http.host", String.class).orElse("0.0.0.0");
    }

    private static boolean isLoopback(String host) {
        try {
            return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
