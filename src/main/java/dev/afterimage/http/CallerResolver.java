package dev.afterimage.http;

import dev.afterimage.limit.Caller;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Says whose quota a request uses: the authorizer's subject, else the {@code X-Api-Key} header, else the remote address. A
 * prefix keeps the three apart, so that nobody can pass a key off as a subject.
 */
@Singleton
public final class CallerResolver {

    static final String API_KEY_HEADER = "X-Api-Key";

    public Caller resolve(@Nullable Principal principal, HttpServerRequest request) {
        if (principal != null && !principal.getName().isEmpty()) {
            return new Caller("subject:" + principal.getName());
        }
        String apiKey = request.getHeader(API_KEY_HEADER);
        if (apiKey != null && !apiKey.isBlank()) {
            return new Caller("key:" + digest(apiKey.strip()));
        }
        SocketAddress remote = request.remoteAddress();
        return new Caller("address:" + (remote == null ? "unknown" : String.valueOf(remote.hostAddress())));
    }

    /** An API key is a secret and as long as the client likes; its digest is neither. */
    private static String digest(String apiKey) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(apiKey.getBytes(StandardCharsets.UTF_8)), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256", e);
        }
    }
}
