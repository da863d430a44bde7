package dev.afterimage.http.auth;

import dev.afterimage.limit.Caller;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a request.
 *
 * @param caller whose quota it uses, and whose batches are its own
 * @param roles what it may do
 */
public record Client(Caller caller, Set<Role> roles) {

    private static final String KEY = Client.class.getName();

    public Client {
        roles = Set.copyOf(roles);
    }

    /**
     * Somebody who is known by the remote address only. No header names a caller: whoever sent another value each time would
     * never use up a quota.
     */
    public static Client at(HttpServerRequest request, Set<Role> roles) {
        SocketAddress remote = request.remoteAddress();
        return at(remote == null ? null : remote.hostAddress(), roles);
    }

    /** The same by the address alone, null where none is known. */
    public static Client at(@Nullable String address, Set<Role> roles) {
        return new Client(new Caller("address:" + (address == null ? "unknown" : address)), roles);
    }

    /** Somebody whose name was checked, such as a token's subject. The prefix keeps names and addresses apart. */
    public static Client named(String name, Set<Role> roles) {
        return new Client(new Caller("subject:" + name), roles);
    }

    /** The client that the gate has let in; on an open route, which has no gate, one without a role. */
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

    /** Whether what {@code owner} has sent is this client's to see and to cancel. */
    public boolean mayTouch(Caller owner) {
        return caller.equals(owner) || roles.contains(Role.OPERATE);
    }

    /** What a client may do. No role includes another: who is to do everything has all three. */
    public enum Role {
        /** Ask for images and make links to them. */
        ASK,
        /** Send batches; look at and cancel those that it sent. */
        BATCH,
        /** Delete, purge and redrive; see receipts, statistics and everybody's batches. */
        OPERATE
    }
}
