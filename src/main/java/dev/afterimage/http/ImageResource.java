package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.IMAGE_NOT_FOUND;

import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Images by their key: look one up, follow its URL, delete it. {@link ImageEndpoint} has them made. Runs on the event
 * loop and never blocks it.
 */
@Path("/v1/images")
public final class ImageResource {

    private final ImageService images;
    private final ImageResponses responses;

    ImageResource(ImageService images, ImageResponses responses) {
        this.images = images;
        this.responses = responses;
    }

    /** Looks the image up; does not have it made. */
    @GET
    @Path("{key}")
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> lookup(
            @PathParam("key") String key, @Context UriInfo uri, @Context HttpServerRequest request) {
        return images.lookup(PathParameters.key(key), ImageEndpoint.isNoCache(request.headers()::getAll))
                .thenApply(found ->
                        responses.describe(known(found), uri::getBaseUri).toRest());
    }

    /**
     * Redirects to the image's signed URL. Checks first that the image is still in the store, because a browser that is sent
     * to a URL without an image cannot have it made anew.
     */
    @GET
    @Path("{key}/content")
    public CompletionStage<Response> content(@PathParam("key") String key, @Context UriInfo uri) {
        return images.lookup(PathParameters.key(key), true)
                .thenApply(found ->
                        responses.redirect(known(found), uri::getBaseUri).toRest());
    }

    /** Deletes the image: 204, also when there was none. */
    @DELETE
    @Path("{key}")
    public CompletionStage<Response> delete(@PathParam("key") String key) {
        return images.forget(PathParameters.key(key))
                .thenApply(done -> Response.noContent().build());
    }

    private static ImageOutcome known(Optional<ImageOutcome> found) {
        return found.orElseThrow(() -> ProblemException.of(
                IMAGE_NOT_FOUND,
                "No image has this key: it was never made, or was deleted, or has expired. POST its template and data"
                        + " to /v1/images to have it made."));
    }
}
