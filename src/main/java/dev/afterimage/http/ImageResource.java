package dev.afterimage.http;

import dev.afterimage.http.auth.Client;
import dev.afterimage.http.header.Preferences;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.ProblemException;
import dev.afterimage.http.problem.ProblemType;
import dev.afterimage.image.ImageRequestReader;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.InvocationDeadline;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Images: ask for one, look at one, forget one. Runs on the event loop and never blocks it, so that a hit is answered
 * without a change of threads and a thousand waiting clients cost no thread at all.
 */
@Path("/v1/images")
public final class ImageResource {

    private final ImageService images;
    private final ImageResponses answers;
    private final Clock clock;
    private final Duration deadline;
    private final InvocationDeadline invocation;

    @Inject
    ImageResource(
            ImageService images,
            ImageResponses answers,
            Clock clock,
            HttpConfig config,
            InvocationDeadline invocation) {
        this.images = images;
        this.answers = answers;
        this.clock = clock;
        this.deadline = config.deadline();
        this.invocation = invocation;
    }

    /** Finds the image or has it made. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> obtain(@Context RoutingContext http, @Context UriInfo uri) {
        Preferences preferences = Preferences.parse(http.request().headers().getAll(Preferences.HEADER));
        Instant arrival = ImageRoute.arrival(http).orElseGet(clock::instant);
        GenerationRequest generationRequest = GenerationRequest.onDemand(
                ImageRequestReader.read(BodyGate.bytes(http)),
                Client.of(http).caller(),
                invocation.cap(new Deadline(arrival.plus(preferences.patience(deadline)))));
        CompletionStage<ImageOutcome> obtained = ImageRoute.indexLookup(http)
                .map(indexLookup -> images.obtain(generationRequest, indexLookup))
                .orElseGet(() -> images.obtain(generationRequest));
        return obtained.thenApply(outcome -> {
            Response.ResponseBuilder answer = answers.describe(outcome, uri::getBaseUri);
            preferences
                    .applied(outcome instanceof ImageOutcome.Pending, deadline)
                    .ifPresent(applied -> answer.header(Preferences.APPLIED_HEADER, applied));
            return answer.build();
        });
    }

    /** Looks without making. */
    @GET
    @Path("{key}")
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> look(@PathParam("key") String key, @Context UriInfo uri) {
        return images.look(PathParameters.key(key))
                .thenApply(
                        found -> answers.describe(known(found), uri::getBaseUri).build());
    }

    /** The image itself, by way of its signed URL. */
    @GET
    @Path("{key}/content")
    public CompletionStage<Response> content(@PathParam("key") String key, @Context UriInfo uri) {
        return images.look(PathParameters.key(key))
                .thenApply(
                        found -> answers.redirect(known(found), uri::getBaseUri).build());
    }

    /** Forgets the image; quietly when there is none. */
    @DELETE
    @Path("{key}")
    public CompletionStage<Response> forget(@PathParam("key") String key) {
        return images.forget(PathParameters.key(key))
                .thenApply(done -> Response.noContent().build());
    }

    private static ImageOutcome known(Optional<ImageOutcome> found) {
        return found.orElseThrow(() -> new ProblemException(Problem.of(
                ProblemType.IMAGE_NOT_FOUND,
                "No image has this key: it was never made, or was forgotten, or has expired. POST its template and data"
                        + " to /v1/images to have it made.")));
    }
}
