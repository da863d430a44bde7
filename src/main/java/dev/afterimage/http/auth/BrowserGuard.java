package dev.afterimage.http.auth;

import static dev.afterimage.http.problem.ProblemType.HOST_REFUSED;
import static dev.afterimage.http.problem.ProblemType.ORIGIN_REFUSED;
import static dev.afterimage.http.problem.ProblemType.UNSUPPORTED_MEDIA_TYPE;

import dev.afterimage.http.problem.Problem.ProblemException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages of other sites away from a service that asks for no key, which a browser on the same machine can
 * reach whatever page it shows. A service with keys needs no guard: a page does not know a key, and a browser adds none
 * by itself.
 */
final class BrowserGuard {

    /** The media types that a form, or a script without permission, can send (Fetch, "CORS-safelisted request-header"). */
    private static final Set<String> OF_FORMS =
            Set.of("application/x-www-form-urlencoded", "multipart/form-data", "text/plain");

    /** A host that no DNS server can point elsewhere: an address (IPv6 in brackets), or this machine's own name. */
    private static final Pattern SAFE_HOST =
            Pattern.compile("(?:[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|\\[[0-9a-f:.]+]|(?:.+\\.)?localhost)");

    private final boolean checksHost;
    private final Set<String> hosts;
    private final boolean corsChecksOrigin;
    /** The last Host header that was found to be ours, because most requests have the same. */
    private volatile String lastOurs = "";

    /**
     * A guard for these names.
     *
     * @param checksHost whether it is known by which names the service is called
     * @param hosts names besides this machine's own, in lower case
     * @param corsChecksOrigin whether origins that may not call have been refused before
     */
    BrowserGuard(boolean checksHost, Set<String> hosts, boolean corsChecksOrigin) {
        this.checksHost = checksHost;
        this.hosts = hosts;
        this.corsChecksOrigin = corsChecksOrigin;
    }

    /** Refuses what only a page of another site would send. */
    void check(HttpServerRequest request) {
        String host = request.getHeader(HttpHeaders.HOST);
        if (checksHost && host != null && !isOurs(host)) {
            throw ProblemException.of(
                    HOST_REFUSED,
                    "Call this service localhost, or add the name to afterimage.auth.hosts: under another name a page of"
                            + " another site could reach it (DNS rebinding).");
        }
        // Scripts of other sites may use other methods and media types only after the service has allowed that (CORS).
        if (request.method().equals(HttpMethod.POST)) {
            checkSender(request, host);
        }
    }

    private void checkSender(HttpServerRequest request, @Nullable String host) {
        String contentType = request.getHeader(HttpHeaders.CONTENT_TYPE);
        boolean isForm = contentType != null
                && OF_FORMS.contains(contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
        if (contentType != null && !isForm) {
            return;
        }
        if (isForm && hasBody(request)) {
            throw ProblemException.of(
                    UNSUPPORTED_MEDIA_TYPE,
                    "Send Content-Type: application/json, or the one that /q/openapi names for this path. A page of another"
                            + " site could send a form, and this service asks for no key.");
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        String site = request.getHeader("Sec-Fetch-Site");
        boolean elsewhere = (origin != null && !isSame(origin, host))
                || (site != null && !site.equals("same-origin") && !site.equals("none"));
        if (elsewhere && !corsChecksOrigin) {
            throw ProblemException.of(
                    ORIGIN_REFUSED,
                    "Send Content-Type: application/json: without it a page of another site can send this, and this service asks"
                            + " for no key.");
        }
    }

    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) || (length != null && !length.equals("0"));
    }

    private boolean isOurs(String host) {
        if (host.equals(lastOurs)) {
            return true;
        }
        String name = host.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]*$", "").replaceFirst("\\.$", "");
        boolean ours = SAFE_HOST.matcher(name).matches() || hosts.contains(name);
        if (ours) {
            lastOurs = host;
        }
        return ours;
    }

    private static boolean isSame(String origin, @Nullable String host) {
        try {
            return host != null && host.equalsIgnoreCase(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
