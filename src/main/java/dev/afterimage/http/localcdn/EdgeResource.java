package dev.afterimage.http.localcdn;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.CannedPolicy;
import dev.afterimage.delivery.CannedPolicy.VerificationResult;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.ImageStore.StoredImage;
import dev.afterimage.time.HttpDate;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Serves signed URLs where there is no CloudFront: verifies them as it would, against the base URL that they were signed for
 * and whatever host they were requested on, and reads the image from the store.
 */
@Path("/" + BaseUrl.EDGE_PATH + "/images/{key}")
public class EdgeResource {

    private static final String IMAGES = "/" + BaseUrl.EDGE_PATH + "/images/";

    private final ImageStore store;
    private final CannedPolicy policy;
    private final BaseUrl baseUrl;
    private final Clock clock;

    @Inject
    public EdgeResource(ImageStore store, CannedPolicy policy, BaseUrl baseUrl, Clock clock) {
        this.store = store;
        this.policy = policy;
        this.baseUrl = baseUrl;
        this.clock = clock;
    }

    @GET
    @RunOnVirtualThread
    public Response get(@PathParam("key") String key, @Context HttpServerRequest request) {
        return verified(key, request, (entry, expiresAt) -> content(entry, expiresAt, headersOf(request)));
    }

    @HEAD
    @RunOnVirtualThread
    public Response head(@PathParam("key") String key, @Context HttpServerRequest request) {
        // Range is only defined for GET (RFC 9110, section 14.2).
        return verified(
                key,
                request,
                (entry, expiresAt) -> described(Response.ok(), entry, expiresAt)
                        .header(HttpHeaders.CONTENT_LENGTH, entry.bytes())
                        .build());
    }

    /** What happens to an image that may be served. */
    private interface Serving {
        Response serve(IndexEntry entry, Instant expiresAt);
    }

    private Response verified(String key, HttpServerRequest request, Serving serving) {
        return switch (policy.verify(baseUrl.at(pathAndQuery(request)))) {
            case VerificationResult.Refused refused -> throw EdgeProblems.refused(refused.reason());
            case VerificationResult.Granted granted -> {
                IndexEntry entry = store.find(new ImageKey(key)).orElseThrow(EdgeProblems::notFound);
                yield conditional(entry, granted.expiresAt(), request, serving);
            }
        };
    }

    /** As it stands on the wire, because that is what was signed; without the service's root and the edge's own path. */
    private static String pathAndQuery(HttpServerRequest request) {
        String path = Objects.requireNonNullElse(request.path(), "");
        int edge = path.lastIndexOf(IMAGES);
        String resource = edge < 0 ? path : path.substring(edge + BaseUrl.EDGE_PATH.length() + 1);
        return request.query() == null ? resource : resource + "?" + request.query();
    }

    private Response conditional(IndexEntry entry, Instant expiresAt, HttpServerRequest request, Serving serving) {
        return switch (Precondition.of(headersOf(request), Validators.of(entry))) {
            case PROCEED -> serving.serve(entry, expiresAt);
            case NOT_MODIFIED ->
                cacheable(Response.notModified(), entry, expiresAt).build();
            case FAILED -> throw EdgeProblems.preconditionFailed();
        };
    }

    private Response content(IndexEntry found, Instant expiresAt, Function<String, Optional<String>> headers) {
        StoredImage stored = store.read(found.key()).orElseThrow(EdgeProblems::notFound);
        IndexEntry entry = stored.entry();
        byte[] content = stored.content();
        return switch (ByteRange.of(headers, Validators.of(entry), content.length)) {
            case ByteRange.Whole whole ->
                described(Response.ok(content), entry, expiresAt).build();
            case ByteRange.Part part ->
                described(Response.status(Response.Status.PARTIAL_CONTENT), entry, expiresAt)
                        .header("Content-Range", part.contentRange(content.length))
                        .entity(Arrays.copyOfRange(content, part.first(), part.last() + 1))
                        .build();
            case ByteRange.Unsatisfiable none -> throw EdgeProblems.unsatisfiable(content.length);
        };
    }

    private Response.ResponseBuilder described(Response.ResponseBuilder response, IndexEntry entry, Instant expiresAt) {
        return cacheable(response, entry, expiresAt)
                .type(entry.format().contentType())
                .header("Accept-Ranges", "bytes")
                .header("X-Content-Type-Options", "nosniff");
    }

    private Response.ResponseBuilder cacheable(Response.ResponseBuilder response, IndexEntry entry, Instant expiresAt) {
        Validators validators = Validators.of(entry);
        return response.header(HttpHeaders.CACHE_CONTROL, CacheLifetime.of(entry, expiresAt, clock.instant()))
                .header(HttpHeaders.ETAG, validators.entityTag())
                .header(HttpHeaders.LAST_MODIFIED, HttpDate.write(validators.lastModified()));
    }

    private static Function<String, Optional<String>> headersOf(HttpServerRequest request) {
        return name -> {
            List<String> lines = request.headers().getAll(name);
            return lines.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", lines));
        };
    }
}
