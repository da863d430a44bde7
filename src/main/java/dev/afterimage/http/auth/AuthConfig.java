package dev.afterimage.http.auth;

import dev.afterimage.http.auth.Client.Role;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who may do what: the roles ask, batch and operate, and who has them. */
@ConfigMapping(prefix = "afterimage.auth")
public interface AuthConfig {

    /** How clients say who they are. */
    enum Mode {
        /** Callers are not authenticated, and have all roles. */
        NONE,
        /** By a key that this service has made. */
        KEYS,
        /** By a token of an identity provider. */
        JWT,
        /** Amazon API Gateway has authenticated the caller. */
        GATEWAY
    }

    /**
     * {@code none}: callers are not authenticated, which is allowed on loopback only, unless {@link #open} is set.
     * {@code keys}: a key of {@link #keys} or {@link #keyFile}. {@code jwt}: a token that Quarkus verifies; needs
     * {@code mp.jwt.verify.publickey.location} (or {@code .publickey}), {@code mp.jwt.verify.issuer} and
     * {@code mp.jwt.verify.audiences}. Keys and tokens are sent as {@code Authorization: Bearer …}. {@code gateway}: on AWS,
     * the claims and scopes that API Gateway's authorizer has checked.
     */
    @WithDefault("none")
    Mode mode();

    /** The clients of mode {@code keys}, by name. Quotas and batches belong to the name. */
    Map<String, KeySettings> keys();

    /**
     * More clients, in a file such as a mounted secret. Each line is a client: its name, its roles and its hashes, with
     * commas between several roles or hashes, such as {@code shop ask,batch 2c26b4…}. Empty lines and those that begin
     * with {@code #} are ignored. Read at start.
     */
    Optional<Path> keyFile();

    /** Which scopes of a token (its claims {@code scope} and {@code scp}; with {@code jwt} also {@code groups}) give which role. */
    ScopeSettings scopes();

    /**
     * The ARNs of the users and roles of IAM who may see and cancel everybody's batches; all others may touch only their own.
     * Used with {@code gateway} where API Gateway authenticates by IAM, whose policies allow routes and know no roles. The ARN
     * of an assumed role is written without the session's name.
     */
    Optional<Set<String>> operators();

    /**
     * Lets a service without authentication listen beyond loopback, for a service behind something else that
     * authenticates callers.
     */
    @WithDefault("false")
    boolean open();

    /**
     * Opens {@code GET /v1/images/{key}/content} to all, for {@code <img src>}. A key is a hash of template and data:
     * whoever can guess the data can compute it and see the image.
     */
    @WithDefault("false")
    boolean openContent();

    /** Opens {@code /q/openapi} to all. */
    @WithDefault("false")
    boolean openDescription();

    /**
     * The names by which a service without authentication may be called, besides {@code localhost} and addresses. A request
     * with any other {@code Host} is refused on loopback, and elsewhere once this is set: it may come from a web page whose
     * name was made to resolve to this machine (DNS rebinding).
     */
    Optional<Set<String>> hosts();

    /** One client of mode {@code keys}. */
    interface KeySettings {

        /**
         * The SHA-256 of its key, as 64 hexadecimal digits; two, separated by a comma, while a key is replaced. A fast hash
         * is enough, because keys are 256 random bits, which nobody finds by trying: make them with {@code --new-key}.
         */
        List<String> hash();

        /** {@code ask}, {@code batch}, {@code operate}, or several. */
        Set<Role> roles();
    }

    /** Names of scopes. */
    interface ScopeSettings {

        /** Left out, every token that is valid has the role ask. */
        Optional<String> ask();

        /** Gives the role batch. */
        @WithDefault("afterimage/batch")
        String batch();

        /** Gives the role operate. */
        @WithDefault("afterimage/operate")
        String operate();

        /** The roles of a token with these scopes. */
        default Set<Role> roles(Collection<String> granted) {
            Set<Role> roles = EnumSet.noneOf(Role.class);
            if (ask().map(granted::contains).orElse(true)) {
                roles.add(Role.ASK);
            }
            if (granted.contains(batch())) {
                roles.add(Role.BATCH);
            }
            if (granted.contains(operate())) {
                roles.add(Role.OPERATE);
            }
            return roles;
        }
    }
}
