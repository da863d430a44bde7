package dev.afterimage.http;

import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.SignedUrl;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.http.header.CacheStatus;
import dev.afterimage.http.header.RetryAfter;
import dev.afterimage.pipeline.ImageOutcome;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** Turns an outcome of the core into status, headers and body. */
@Singleton
final class ImageResponses {

    /** How long a browser may keep a redirect, so that a forgotten image is gone from pages soon. */
    static final Duration LONGEST_REDIRECT = Duration.ofMinutes(5);

    /** A redirect must end this long before its target does, or a slow client follows it too late. */
    static final Duration REDIRECT_MARGIN = Duration.ofMinutes(1);

    private static final Duration STALE_REDIRECT = Duration.ofMinutes(1);

    private final UrlSigner signer;
    private final BaseUrl baseUrl;
    private final Clock clock;

    @Inject
    ImageResponses(UrlSigner signer, BaseUrl baseUrl, Clock clock) {
        this.signer = signer;
        this.baseUrl = baseUrl;
        this.clock = clock;
    }

    /** 200 with the signed URL, or 202 with where to look. */
    Response.ResponseBuilder describe(ImageOutcome outcome, Supplier<URI> serviceRoot) {
        return switch (outcome) {
            case ImageOutcome.Ready ready ->
                Response.ok(body(ready, serviceRoot)).header(CacheStatus.HEADER, CacheStatus.of(ready));
            case ImageOutcome.Pending pending -> promise(pending);
        };
    }

    /** What describes an image that is there. */
    ImageBody body(ImageOutcome.Ready ready, Supplier<URI> serviceRoot) {
        return ImageBody.of(ready.entry(), urlFor(ready, serviceRoot));
    }

    /** 302 to the signed URL, for {@code <img src>}, or 202 with where to look. */
    Response.ResponseBuilder redirect(ImageOutcome outcome, Supplier<URI> serviceRoot) {
        return switch (outcome) {
            case ImageOutcome.Ready ready -> {
                SignedUrl url = urlFor(ready, serviceRoot);
                // As text: the URL's own spelling is what was signed, and java.net.URI would check it once more.
                yield Response.status(Response.Status.FOUND)
                        .header(HttpHeaders.LOCATION, url.url())
                        .header(HttpHeaders.CACHE_CONTROL, "private, max-age=" + secondsToKeep(url))
                        .header(CacheStatus.HEADER, CacheStatus.of(ready));
            }
            case ImageOutcome.Pending pending -> promise(pending);
        };
    }

    /**
     * 302 to the signed URL for whoever follows a request link. Shared caches may keep it while the URL and the link last; that
     * to a stale image only for a moment, because a new one is being made.
     */
    Response.ResponseBuilder linked(ImageOutcome.Ready ready, Optional<Instant> linkEnd, Supplier<URI> serviceRoot) {
        SignedUrl url = urlFor(ready, serviceRoot);
        Duration lifetime = left(url);
        if (linkEnd.isPresent()) {
            lifetime = shorter(lifetime, Duration.between(clock.instant(), linkEnd.get()));
        }
        if (ready instanceof ImageOutcome.Stale) {
            lifetime = shorter(lifetime, STALE_REDIRECT);
        }
        return Response.status(Response.Status.FOUND)
                .header(HttpHeaders.LOCATION, url.url())
                .header(HttpHeaders.CACHE_CONTROL, "public, max-age=" + Math.max(0, lifetime.toSeconds()))
                .header(CacheStatus.HEADER, CacheStatus.of(ready));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private SignedUrl urlFor(ImageOutcome.Ready ready, Supplier<URI> serviceRoot) {
        return baseUrl.seenFrom(serviceRoot, signer.sign(ready.entry()));
    }

    private static Response.ResponseBuilder promise(ImageOutcome.Pending pending) {
        PendingBody body = PendingBody.of(pending.key());
        return Response.accepted(body)
                .type("application/json")
                .header(HttpHeaders.LOCATION, body.location())
                .header(RetryAfter.HEADER, RetryAfter.of(pending.retryAfter()));
    }

    private long secondsToKeep(SignedUrl url) {
        return Math.clamp(left(url).toSeconds(), 0, LONGEST_REDIRECT.toSeconds());
    }

    /** How long a redirect to the URL works. */
    private Duration left(SignedUrl url) {
        return Duration.between(clock.instant(), url.expiresAt()).minus(REDIRECT_MARGIN);
    }
}
