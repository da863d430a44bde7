package dev.afterimage.provider;

import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * The destination of an HTTP call.
 *
 * @param host the name that goes into {@code Host}, SNI and the check of the certificate; an IPv6 literal in brackets
 * @param target path and query, encoded, beginning with a slash
 * @param address the address to connect to, so that the name is not resolved a second time; empty to resolve it
 */
record Destination(boolean tls, String host, int port, String target, Optional<InetAddress> address) {

    private static final int HTTPS = 443;
    private static final int HTTP = 80;

    /**
     * The destination of a URL that the operator has configured; any host is allowed.
     *
     * @throws IllegalArgumentException when it is no absolute http or https URL with a host
     */
    static Destination ofOperator(URI url) {
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        boolean tls = scheme.equals("https");
        if ((!tls && !scheme.equals("http")) || url.getHost() == null || url.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "Write the provider's url (afterimage.provider.url, or that of afterimage.providers.\"…\") as"
                            + " https://host/path, without user name and password.");
        }
        return new Destination(tls, url.getHost(), portOf(url, tls), targetOf(url), Optional.empty());
    }

    static int portOf(URI url, boolean tls) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return tls ? HTTPS : HTTP;
    }

    /** Path and query, without the fragment, which is never sent (RFC 9110, section 4.2.5). */
    static String targetOf(URI url) {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    }

    /** A text, encoded as one segment of a path or one value of a query. */
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    Destination withTarget(String newTarget) {
        return new Destination(tls, host, port, newTarget, address);
    }

    /** Without path and query, which may hold a signature. */
    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + host + ":" + port;
    }
}
