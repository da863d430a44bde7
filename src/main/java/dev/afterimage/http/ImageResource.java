package dev.afterimage.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.afterimage.http.header.Preferences;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.ProblemException;
import dev.afterimage.http.problem.ProblemType;
import dev.afterimage.image.ImageRequestReader;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.jobs.Callbacks;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.InvocationDeadline;
import io.quarkus.virtual.threads.VirtualThreads;
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
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Images: ask for one, look at one, forget one. Runs on the event loop and never blocks it, so that a hit is answered
 * without a change of threads and a thousand waiting clients cost no thread at all.
 */
@Path("/v1/images")
public final class ImageResource {

    private final ImageService images;
    private final ImageResponses answers;
    private final CallerResolver callers;
    private final Clock clock;
    private final Duration deadline;
    private final InvocationDeadline invocation;
    private final Callbacks callbacks;
    private final ExecutorService threads;

    @Inject
    ImageResource(
            ImageService images,
            ImageResponses answers,
            CallerResolver callers,
            Clock clock,
            HttpConfig config,
            InvocationDeadline invocation,
            Callbacks callbacks,
            @VirtualThreads ExecutorService threads) {
        this.callbacks = callbacks;
        this.threads = threads;
        this.images = images;
        this.answers = answers;
        this.callers = callers;
        this.clock = clock;
        this.deadline = config.deadline();
        this.invocation = invocation;
    }

    /** Finds the image or has it made. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> obtain(
            @Context RoutingContext http, @Context UriInfo uri, @Context SecurityContext security) {
        Preferences preferences = Preferences.parse(http.request().headers().getAll(Preferences.HEADER));
        Instant arrival = ImageRoute.arrival(http).orElseGet(clock::instant);
        CallbackMember callback = new CallbackMember();
        GenerationRequest generationRequest = GenerationRequest.onDemand(
                ImageRequestReader.read(BodyGate.bytes(http), CallbackMember.NAME, callback),
                callers.resolve(security.getUserPrincipal(), http.request()),
                invocation.cap(new Deadline(arrival.plus(preferences.patience(deadline)))));
        CompletionStage<ImageOutcome> obtained = callback.url.isEmpty()
                ? obtain(generationRequest, http)
                : obtainAndTell(generationRequest, http, callback.url.get());
        return obtained.thenApply(outcome -> {
            Response.ResponseBuilder answer = answers.describe(outcome, uri::getBaseUri);
            preferences
                    .applied(outcome instanceof ImageOutcome.Pending, deadline)
                    .ifPresent(applied -> answer.header(Preferences.APPLIED_HEADER, applied));
            return answer.build();
        });
    }

    private CompletionStage<ImageOutcome> obtain(GenerationRequest request, RoutingContext http) {
        return ImageRoute.indexLookup(http)
                .map(indexLookup -> images.obtain(request, indexLookup))
                .orElseGet(() -> images.obtain(request));
    }

    /** Its caller is told when it is late; where to is checked before anything is paid for. */
    private CompletionStage<ImageOutcome> obtainAndTell(GenerationRequest request, RoutingContext http, String url) {
        return CompletableFuture.supplyAsync(() -> callbacks.accept(url), threads)
                .thenCompose(accepted -> obtain(request, http)
                        .thenApplyAsync(
                                outcome -> {
                                    if (outcome instanceof ImageOutcome.Pending pending) {
                                        callbacks.tell(pending.key(), accepted);
                                    }
                                    return outcome;
                                },
                                threads));
    }

    /** Reads the member that says where its caller wants to be told of a late image. */
    private static final class CallbackMember implements ImageRequestReader.Member {

        static final String NAME = "callback";

        private Optional<String> url = Optional.empty();

        @Override
        public void read(JsonParser parser, @Nullable JsonToken value) throws IOException {
            if (value != JsonToken.VALUE_STRING) {
                throw new InvalidRequestException("Write callback as an https URL (RFC 3986).", NAME);
            }
            url = Optional.of(parser.getText());
        }
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
