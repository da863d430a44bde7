package dev.afterimage.http;

import dev.afterimage.limit.Caller;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Singleton;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * Says whose quota a request uses: the authorizer's subject, else the remote address. A header that a client may choose, such
 * as {@code X-Api-Key}, makes no caller: whoever sends another each time would never use a quota up. A prefix keeps subjects
 * and addresses apart.
 */
@Singleton
public final class CallerResolver {

    public Caller resolve(@Nullable Principal principal, HttpServerRequest request) {
        SocketAddress remote = request.remoteAddress();
        return caller(principal == null ? null : principal.getName(), remote == null ? null : remote.hostAddress());
    }

    /**
     * The caller.
     *
     * @param subject who the authorizer says it is; null or blank when nobody is known
     * @param address the client's
     */
    public static Caller caller(@Nullable String subject, @Nullable String address) {
        return subject == null || subject.isBlank()
                ? new Caller("address:" + (address == null ? "unknown" : address))
                : new Caller("subject:" + subject);
    }
}
