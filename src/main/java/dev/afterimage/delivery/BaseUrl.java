package dev.afterimage.delivery;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The address before {@code /images/…}: what URLs are signed for, and what the local CDN verifies them against.
 *
 * <p>A configured address is the CDN's, and URLs are answered as they were signed. Where none is configured, URLs are
 * signed for {@value #LOCAL}, on whatever host and port the service listens, and {@link #seenFrom} replaces that
 * address by the one through which the caller reached the service. The signature stays valid, because the local CDN
 * verifies what follows {@code /cdn} as if it followed {@value #LOCAL}: so a URL works through {@code localhost}, a
 * container's published port, a LAN address or a proxy, it outlives a restart on another port, and processes that share
 * a directory honour each other's.
 */
public final class BaseUrl {

    /** Where the local CDN answers, below the service's root. */
    public static final String CDN_PATH = "cdn";

    /**
     * What URLs are signed for when no base URL is configured. A laptop listens there by default, so that such a URL
     * works even where it is not known how the caller reached the service.
     */
    public static final String LOCAL = "http://localhost:8080/" + CDN_PATH;

    private final String value;
    private final boolean local;

    private BaseUrl(String value, boolean local) {
        this.value = value;
        this.local = local;
    }

    /**
     * The configured address, or the local CDN.
     *
     * @param configured {@code afterimage.delivery.base-url}; may have a path, a trailing slash doesn't matter
     */
    public static BaseUrl of(Optional<URI> configured) {
        return configured.map(BaseUrl::configured).orElseGet(BaseUrl::local);
    }

    public static BaseUrl local() {
        return new BaseUrl(LOCAL, true);
    }

    private static BaseUrl configured(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme();
        boolean web = scheme.equalsIgnoreCase("https") || scheme.equalsIgnoreCase("http");
        if (!web || uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "afterimage.delivery.base-url must be an https or http URL without query and"
                            + " fragment, such as https://d111111abcdef8.cloudfront.net; it is " + uri);
        }
        String text = uri.toString();
        return new BaseUrl(text.endsWith("/") ? text.substring(0, text.length() - 1) : text, false);
    }

    /**
     * The unsigned URL of an image. {@code v} is its {@linkplain #version version}: an image that is made anew gets a new URL,
     * so that no CDN and no browser shows the old one. It is part of what is signed.
     */
    public String resource(IndexEntry entry) {
        return at("/images/" + entry.key().value() + "?v=" + version(entry));
    }

    /** The moment of the image's making, in milliseconds and base 36. */
    public static String version(IndexEntry entry) {
        return Long.toString(entry.createdAt().toEpochMilli(), Character.MAX_RADIX);
    }

    /**
     * The base URL followed by this path and query: the address for which a URL below the base URL is signed, and
     * against which its signature is verified.
     *
     * @param pathAndQuery what follows the base URL, undecoded, beginning with a slash
     */
    public String at(String pathAndQuery) {
        return value + pathAndQuery;
    }

    /** Whether a base URL is configured, so that {@link #seenFrom} changes nothing. */
    public boolean isFixed() {
        return !local;
    }

    /** Whether {@link #seenFrom} changes this URL: the local CDN delivers it, and no base URL is configured. */
    public boolean followsCaller(SignedUrl signed) {
        return local && signed.url().startsWith(value + "/");
    }

    /**
     * The same URL on the host through which this caller reached the service; unchanged when a base URL is configured,
     * or when it does not lead to the local CDN, such as a presigned URL of the store.
     *
     * @param serviceRoot the service's root as the caller addressed it, such as {@code http://192.168.0.7:8080/}; asked for
     *     only where it matters, because it is parsed from the request
     */
    public SignedUrl seenFrom(Supplier<URI> serviceRoot, SignedUrl signed) {
        if (!followsCaller(signed)) {
            return signed;
        }
        String root = serviceRoot.get().toString();
        String cdn = (root.endsWith("/") ? root : root + "/") + CDN_PATH;
        return new SignedUrl(cdn + signed.url().substring(value.length()), signed.expiresAt());
    }

    @Override
    public String toString() {
        return value;
    }
}
