package dev.afterimage.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.DeliveryConfig;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.pipeline.ImageOutcome;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Turns an outcome of the pipeline into status, headers and body. */
@Singleton
final class ImageResponses {

    /** How long a browser may keep a redirect: short, so that a deleted image soon disappears from pages. */
    static final Duration LONGEST_REDIRECT = Duration.ofMinutes(5);

    /** How long a redirect expires before its signed URL does, so that a slow client does not follow it too late. */
    static final Duration REDIRECT_MARGIN = Duration.ofMinutes(1);

    private static final Duration STALE_REDIRECT = Duration.ofMinutes(1);

    static final String CACHE_STATUS = "Cache-Status";

    private static final String CONTENT_TYPE = "Content-Type";
    private static final String CACHE_CONTROL = "Cache-Control";
    private static final String LOCATION = "Location";
    private static final byte[] NO_BODY = {};

    /** The JSON for an image that is there. Times are ISO 8601 in UTC. */
    @RegisterForReflection // written by Jackson, where the native build doesn't see it
    private record Image(
            String key,
            String url,
            Instant urlExpiresAt,
            String contentType,
            long bytes,
            Instant createdAt,
            Instant freshUntil) {}

    /**
     * The JSON for an image that is not made yet.
     *
     * @param location the path to poll, the same as the {@code Location} header
     */
    @RegisterForReflection // written by Jackson, where the native build doesn't see it
    private record PendingImage(String key, String status, String location) {}

    private final UrlSigner signer;
    private final BaseUrl baseUrl;
    private final Clock clock;
    private final ObjectWriter images;
    private final ObjectWriter pendingImages;
    /** The JSON of images that are asked for often, by signed URL. */
    private final Cache<String, Written> written;

    /** The JSON of an image, and the entry that it was written from. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Written(IndexEntry entry, byte[] json) {}

    ImageResponses(UrlSigner signer, BaseUrl baseUrl, Clock clock, ObjectMapper json, DeliveryConfig config) {
        this.signer = signer;
        this.baseUrl = baseUrl;
        this.clock = clock;
        this.images = json.writerFor(Image.class);
        this.pendingImages = json.writerFor(PendingImage.class);
        this.written = Caffeine.newBuilder().maximumSize(config.memoisedUrls()).build();
    }

    /** 200 with the signed URL, or 202 with the path to poll. */
    HttpResponse describe(ImageOutcome outcome, Supplier<URI> serviceRoot) {
        return switch (outcome) {
            case ImageOutcome.Ready ready -> {
                Map<String, String> headers = new LinkedHashMap<>();
                headers.put(CONTENT_TYPE, "application/json;charset=UTF-8");
                headers.put(CACHE_STATUS, cacheStatus(ready));
                yield new HttpResponse(200, headers, json(ready.entry(), urlFor(ready, serviceRoot)));
            }
            case ImageOutcome.Pending pending -> pending(pending);
        };
    }

    /**
     * The {@code Cache-Status} of an image (RFC 9211): where it came from, with this service as the only cache in the list. A
     * stale hit says by how many whole seconds, at least one, it is past its freshness.
     */
    static String cacheStatus(ImageOutcome.Ready outcome) {
        return switch (outcome) {
            case ImageOutcome.Hit hit -> "afterimage; hit";
            case ImageOutcome.Stale stale ->
                "afterimage; hit; ttl=-" + Math.max(1, stale.staleFor().toSeconds());
            case ImageOutcome.Stored stored -> "afterimage; fwd=miss; stored";
            case ImageOutcome.Collapsed collapsed -> "afterimage; fwd=miss; collapsed";
        };
    }

    /**
     * The JSON of an image. It is written once for each signed URL, because writing it costs more than the rest of a
     * hit's work in this service.
     */
    @SuppressWarnings("ReferenceEquality") // only first, because mostly it is the same object, from the near cache
    private byte[] json(IndexEntry entry, SignedUrl url) {
        Written known = written.getIfPresent(url.url());
        if (known != null && (known.entry() == entry || known.entry().equals(entry))) {
            return known.json();
        }
        byte[] json = write(images, image(entry, url));
        written.put(url.url(), new Written(entry, json));
        return json;
    }

    private static Image image(IndexEntry entry, SignedUrl url) {
        return new Image(
                entry.key().value(),
                url.url(),
                url.expiresAt(),
                entry.format().contentType(),
                entry.bytes(),
                entry.createdAt(),
                entry.freshUntil());
    }

    /** 302 to the signed URL, for {@code <img src>}, or 202 with the path to poll. */
    HttpResponse redirect(ImageOutcome outcome, Supplier<URI> serviceRoot) {
        return switch (outcome) {
            case ImageOutcome.Ready ready -> {
                SignedUrl url = urlFor(ready, serviceRoot);
                yield found(ready, url, "private, max-age=" + secondsToKeep(url));
            }
            case ImageOutcome.Pending pending -> pending(pending);
        };
    }

    /**
     * 302 to the signed URL, for a client that follows a request link. Shared caches may keep it as long as the URL and
     * the link are valid; a redirect to a stale image only for a minute, because a new one is being made. Where the URL has
     * the host of this caller's request, which may be anything, shared caches keep nothing.
     */
    HttpResponse linked(ImageOutcome.Ready ready, Optional<Instant> linkEnd, Supplier<URI> serviceRoot) {
        SignedUrl signed = signer.sign(ready.entry());
        SignedUrl url = baseUrl.seenFrom(serviceRoot, signed);
        Duration lifetime = left(url);
        if (linkEnd.isPresent()) {
            lifetime = shorter(lifetime, Duration.between(clock.instant(), linkEnd.get()));
        }
        if (ready instanceof ImageOutcome.Stale) {
            lifetime = shorter(lifetime, STALE_REDIRECT);
        }
        String scope = baseUrl.followsCaller(signed) ? "private" : "public";
        return found(ready, url, scope + ", max-age=" + Math.max(0, lifetime.toSeconds()));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** The signed URL. Where no base URL is configured, it has the host by which the caller reached the service. */
    SignedUrl urlFor(ImageOutcome.Ready ready, Supplier<URI> serviceRoot) {
        return baseUrl.seenFrom(serviceRoot, signer.sign(ready.entry()));
    }

    private static HttpResponse found(ImageOutcome.Ready ready, SignedUrl url, String cacheControl) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(LOCATION, url.url());
        headers.put(CACHE_CONTROL, cacheControl);
        headers.put(CACHE_STATUS, cacheStatus(ready));
        return new HttpResponse(302, headers, NO_BODY);
    }

    /** 302 to an image that may be shown until the one that was asked for is there. */
    static HttpResponse placeholder(URI placeholder) {
        return new HttpResponse(302, Map.of(LOCATION, placeholder.toString(), CACHE_CONTROL, "no-store"), NO_BODY);
    }

    private HttpResponse pending(ImageOutcome.Pending pending) {
        String key = pending.key().value();
        PendingImage body = new PendingImage(key, "pending", ImageEndpoint.PATH + "/" + key);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(CONTENT_TYPE, "application/json");
        headers.put(LOCATION, body.location());
        headers.put("Retry-After", HttpResponse.retryAfter(pending.retryAfter()));
        return new HttpResponse(202, headers, write(pendingImages, body));
    }

    private static byte[] write(ObjectWriter writer, Object body) {
        try {
            return writer.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Texts, times and numbers are always JSON", e);
        }
    }

    private long secondsToKeep(SignedUrl url) {
        return Math.clamp(left(url).toSeconds(), 0, LONGEST_REDIRECT.toSeconds());
    }

    /** How long a redirect to the URL may be kept. */
    private Duration left(SignedUrl url) {
        return Duration.between(clock.instant(), url.expiresAt()).minus(REDIRECT_MARGIN);
    }
}
