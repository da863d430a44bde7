package dev.afterimage.http.auth;

import dev.afterimage.limit.Caller;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sender of a request.
 *
 * @param caller its name for quotas, and as the owner of batches
 * @param roles what it may do
 */
public record Client(Caller caller, Set<Role> roles) {

    private static final String KEY = Client.class.getName();

    private static final int IPV6_BYTES = 16;

    public Client {
        roles = Set.copyOf(roles);
    }

    /**
     * A client that is known by its remote address only. A header does not count as a name, because a client that sent
     * another value each time would never use up its quota.
     */
    public static Client at(HttpServerRequest request, Set<Role> roles) {
        SocketAddress remote = request.remoteAddress();
        return at(remote == null ? null : remote.hostAddress(), roles);
    }

    /** The same for an address; null where none is known. An IPv6 address counts as its {@linkplain #network network}. */
    public static Client at(@Nullable String address, Set<Role> roles) {
        return new Client(new Caller("address:" + (address == null ? "unknown" : network(address))), roles);
    }

    /**
     * What an address counts as: an IPv6 address as its first half, because whoever has one address has all that begin with
     * it (RFC 4291, section 2.5.1); any other as itself.
     */
    static String network(String address) {
        if (!address.contains(":")) {
            return address;
        }
        try {
            // A text with a colon is read as an address, and never looked up as a name.
            byte[] whole = InetAddress.getByName(address).getAddress();
            if (whole.length != IPV6_BYTES) {
                return address; // an IPv4 address in the form of IPv6
            }
            byte[] cut = Arrays.copyOf(Arrays.copyOf(whole, IPV6_BYTES / 2), IPV6_BYTES);
            return InetAddress.getByAddress(cut).getHostAddress() + "/64";
        } catch (UnknownHostException e) {
            return address;
        }
    }

    /** A client whose name was checked, such as a token's subject. The prefix keeps names and addresses apart. */
    public static Client named(String name, Set<Role> roles) {
        return new Client(new Caller("subject:" + name), roles);
    }

    /**
     * The client that {@link AccessGate} has let in; on an open route, which it does not guard, a client without a
     * role.
     */
    public static Client of(RoutingContext context) {
        Client known = context.get(KEY);
        return known == null ? at(context.request(), EnumSet.noneOf(Role.class)) : known;
    }

    void attachTo(RoutingContext context) {
        context.put(KEY, this);
    }

    /** Whether it has one of these roles, or none is needed. */
    public boolean mayAny(Set<Role> needed) {
        // No stream, because every hit passes here.
        for (Role role : needed) {
            if (roles.contains(role)) {
                return true;
            }
        }
        return needed.isEmpty();
    }

    /** Whether this client may see and cancel what {@code owner} has sent. */
    public boolean mayTouch(Caller owner) {
        return caller.equals(owner) || roles.contains(Role.OPERATE);
    }

    /** What a client may do. No role includes another: a client that may do everything has all three. */
    public enum Role {
        /** Ask for images and make links to them. */
        ASK,
        /** Send batches; look at and cancel those that it sent. */
        BATCH,
        /** Delete, purge and redrive; see receipts, statistics and everybody's batches. */
        OPERATE
    }
}
