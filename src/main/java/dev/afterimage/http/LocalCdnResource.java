package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.IMAGE_NOT_FOUND;
import static dev.afterimage.http.problem.ProblemType.RANGE_NOT_SATISFIABLE;
import static dev.afterimage.http.problem.ProblemType.URL_REFUSED;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.CannedPolicyVerifier;
import dev.afterimage.delivery.CannedPolicyVerifier.VerificationResult;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.ImageStore.StoredImage;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The CDN of a laptop: serves the signed URLs where there is no CloudFront. Verifies a URL as CloudFront would, against the
 * base URL that it was signed for, whatever host it was requested on, and reads the image from the store.
 */
@Path("/" + BaseUrl.CDN_PATH + "/images/{key}")
public class LocalCdnResource {

    private static final String IMAGES = "/" + BaseUrl.CDN_PATH + "/images/";

    /** One range of at most nine digits; a server may ignore any other (RFC 9110, section 14.2). */
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{0,9})-([0-9]{0,9})");

    /** The longest freshness that a server should claim (RFC 2616, section 14.21). */
    private static final Duration YEAR = Duration.ofDays(365);

    private final ImageStore store;
    private final CannedPolicyVerifier verifier;
    private final BaseUrl baseUrl;
    private final Clock clock;

    LocalCdnResource(ImageStore store, CannedPolicyVerifier verifier, BaseUrl baseUrl, Clock clock) {
        this.store = store;
        this.verifier = verifier;
        this.baseUrl = baseUrl;
        this.clock = clock;
    }

    @GET
    @RunOnVirtualThread
    public Response get(@PathParam("key") String key, @Context HttpServerRequest request) {
        Instant urlEnd = verified(request);
        StoredImage image = store.read(new ImageKey(key))
                .orElseThrow(() ->
                        ProblemException.of(IMAGE_NOT_FOUND, "The image was deleted; ask the service for it again."));
        IndexEntry entry = image.entry();
        String tag = entityTag(entry);
        String ifNoneMatch = Objects.requireNonNullElse(request.getHeader(HttpHeaders.IF_NONE_MATCH), "");
        Response.ResponseBuilder response =
                ifNoneMatch.contains(tag) || ifNoneMatch.strip().equals("*")
                        ? Response.notModified()
                        : content(image.content(), entry, request);
        // A new image has a new URL, so what the URL of the current image serves never changes. The URL of an older one
        // serves the current one, too, so its answer has changed and may change again.
        boolean current = BaseUrl.version(entry).equals(request.getParam("v"));
        return response.header(HttpHeaders.ETAG, tag)
                .header(HttpHeaders.CACHE_CONTROL, cacheControl(entry, urlEnd) + (current ? ", immutable" : ""))
                .build();
    }

    /** Checks the URL's signature, and returns when the URL expires. */
    private Instant verified(HttpServerRequest request) {
        return switch (verifier.verify(baseUrl.at(pathAndQuery(request)))) {
            case VerificationResult.Refused refused ->
                throw ProblemException.of(URL_REFUSED, refused.reason().detail());
            case VerificationResult.Granted granted -> granted.expiresAt();
        };
    }

    /**
     * The path and query as they were sent, because that is what was signed; without the service's root and the CDN's own
     * path.
     */
    private static String pathAndQuery(HttpServerRequest request) {
        String path = Objects.requireNonNullElse(request.path(), "");
        int cdn = path.lastIndexOf(IMAGES);
        String resource = cdn < 0 ? path : path.substring(cdn + BaseUrl.CDN_PATH.length() + 1);
        return request.query() == null ? resource : resource + "?" + request.query();
    }

    /** Differs whenever the key's image is made anew; until then the bytes are always the same. */
    private static String entityTag(IndexEntry entry) {
        return '"' + entry.key().value().substring(0, 16) + '-' + BaseUrl.version(entry) + '"';
    }

    /**
     * Lets caches keep the answer until the image ceases to be fresh or its URL expires, whichever comes first.
     */
    private String cacheControl(IndexEntry entry, Instant urlEnd) {
        Instant until = entry.freshUntil().isBefore(urlEnd) ? entry.freshUntil() : urlEnd;
        long seconds = Math.clamp(Duration.between(clock.instant(), until).toSeconds(), 0, YEAR.toSeconds());
        return "public, max-age=" + seconds;
    }

    private static Response.ResponseBuilder content(byte[] content, IndexEntry entry, HttpServerRequest request) {
        return part(content, entityTag(entry), request)
                .type(entry.format().contentType())
                .header("Accept-Ranges", "bytes")
                .header("X-Content-Type-Options", "nosniff");
    }

    /**
     * The whole image, or the one range that is wanted. The whole one where {@code If-Range} has the entity tag of an older
     * image (RFC 9110, section 13.1.5).
     */
    private static Response.ResponseBuilder part(byte[] content, String tag, HttpServerRequest request) {
        if (request.method().equals(HttpMethod.HEAD)) {
            return Response.ok().header(HttpHeaders.CONTENT_LENGTH, content.length);
        }
        Matcher range = RANGE.matcher(Objects.requireNonNullElse(request.getHeader("Range"), ""));
        boolean sameImage = Objects.requireNonNullElse(request.getHeader("If-Range"), tag)
                .strip()
                .equals(tag);
        if (!sameImage || !range.matches() || range.group().equals("bytes=-")) {
            return Response.ok(content);
        }
        boolean suffix = range.group(1).isEmpty();
        int first = suffix
                ? Math.max(0, content.length - Integer.parseInt(range.group(2)))
                : Integer.parseInt(range.group(1));
        int last = suffix || range.group(2).isEmpty()
                ? content.length - 1
                : Math.min(Integer.parseInt(range.group(2)), content.length - 1);
        if (first >= content.length) {
            throw new ProblemException(Problem.of(
                            RANGE_NOT_SATISFIABLE,
                            "The image has " + content.length + " bytes; leave out Range to get them all.")
                    .withHeader("Content-Range", "bytes */" + content.length));
        }
        return last < first
                ? Response.ok(content)
                : Response.status(Response.Status.PARTIAL_CONTENT)
                        .header("Content-Range", "bytes " + first + '-' + last + '/' + content.length)
                        .entity(Arrays.copyOfRange(content, first, last + 1));
    }
}
