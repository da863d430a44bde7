package dev.afterimage.http.batch;

import static dev.afterimage.http.problem.ProblemType.BATCH_NOT_FOUND;
import static dev.afterimage.http.problem.ProblemType.INVALID_REQUEST;
import static dev.afterimage.http.problem.ProblemType.UPLOAD_NOT_FOUND;

import dev.afterimage.batch.Batch;
import dev.afterimage.batch.BatchIntake;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.batch.LimitedRows;
import dev.afterimage.batch.Uploads;
import dev.afterimage.cache.Horizon;
import dev.afterimage.catalogue.CatalogueFormat;
import dev.afterimage.catalogue.CatalogueRows;
import dev.afterimage.catalogue.DryRun;
import dev.afterimage.http.BodyLimit;
import dev.afterimage.http.HttpConfig;
import dev.afterimage.http.MediaTypeCheck;
import dev.afterimage.http.auth.Client;
import dev.afterimage.http.batch.BatchImages.Form;
import dev.afterimage.http.header.Preferences;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.ProviderLimitConfig;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.InvocationDeadline;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.mutiny.Multi;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jspecify.annotations.Nullable;

/**
 * Batches: send many jobs at once, and watch them. Runs on virtual threads, because reading an upload waits for its sender.
 */
@Path("/v1/batches")
@RunOnVirtualThread
public final class BatchResource {

    /** The header that names a request, so that a repetition of it is recognised. */
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    /** The most characters of an Idempotency-Key: they fit into every back end, and are more than any client needs. */
    private static final int LONGEST_KEY = 255;

    private static final int BEFORE_RESOURCES = -1;

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,99}");

    /** The default of {@code limit}: all rows. */
    private static final String ALL = "2147483647";

    private final BatchIntake intake;
    private final BatchLedger ledger;
    private final BatchEvents events;
    private final BatchImages images;
    private final Clock clock;
    private final DryRun dryRun;
    private final ProviderLimitConfig prices;
    private final InvocationDeadline invocation;
    private final Duration deadline;
    private final Duration longestWait;
    private final Optional<Uploads> uploads;
    private final MemorySize maxBytes;

    BatchResource(
            BatchIntake intake,
            BatchLedger ledger,
            BatchEvents events,
            BatchImages images,
            Clock clock,
            DryRun dryRun,
            ProviderLimitConfig prices,
            InvocationDeadline invocation,
            HttpConfig http,
            Optional<Uploads> uploads,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize maxBytes) {
        this.intake = intake;
        this.ledger = ledger;
        this.events = events;
        this.images = images;
        this.clock = clock;
        this.dryRun = dryRun;
        this.prices = prices;
        this.invocation = invocation;
        this.deadline = http.deadline();
        this.longestWait = http.maxWait().orElse(deadline);
        this.uploads = uploads;
        this.maxBytes = maxBytes;
    }

    /** Refuses an upload of an unknown media type before its body is read. */
    static void register(@Observes Router router) {
        router.post("/v1/batches")
                .order(BEFORE_RESOURCES)
                .handler(new MediaTypeCheck(Arrays.stream(CatalogueFormat.values())
                        .map(CatalogueFormat::contentType)
                        .toList()));
    }

    /** The answer to an upload. */
    @RegisterForReflection // Jackson writes it, which the native build does not see
    record Accepted(String id, int total) {}

    /** Takes a batch, and answers when its last row has arrived. A dry run only says what the batch would cost. */
    @POST
    @Consumes({MediaType.APPLICATION_JSON, "application/x-ndjson", "text/csv"})
    @Produces(MediaType.APPLICATION_JSON)
    public Response submit(
            InputStream body,
            @QueryParam("template") @Nullable String template,
            @QueryParam("upload") @Nullable String uploaded,
            @HeaderParam(HttpHeaders.CONTENT_TYPE) String contentType,
            @Context RoutingContext http) {
        CatalogueFormat format = CatalogueFormat.ofContentType(contentType).orElseThrow();
        Optional<TemplateId> templateOfAll = Optional.ofNullable(template).map(TemplateId::new);
        try (InputStream rows = uploaded == null ? BodyLimit.stream(body, maxBytes) : rowsOf(uploaded)) {
            Optional<String> key = idempotencyKey(http.request().headers().getAll(IDEMPOTENCY_KEY));
            StreamedUpload upload = new StreamedUpload(format, templateOfAll, callback(http.request()), rows);
            if (DryRunBody.isAskedFor(http.request())) {
                return Response.ok(estimate(upload)).build();
            }
            Caller caller = Client.of(http).caller();
            // Only a repeated request, recognised by its key, waits for more than its own upload: for the first
            // request.
            Duration patience = key.isPresent() ? Preferences.applyWait(http, deadline, longestWait) : deadline;
            Batch batch = intake.submit(caller, key, invocation.cap(Deadline.in(patience, clock)), upload);
            return Response.accepted(new Accepted(batch.id(), batch.total()))
                    .header(HttpHeaders.LOCATION, "/v1/batches/" + batch.id())
                    .build();
        } catch (IOException e) {
            if (uploaded != null) {
                throw new StoreUnavailableException("The rows of an upload cannot be read to their end.", e);
            }
            throw ProblemException.of(INVALID_REQUEST, "The upload broke off; send it again.");
        }
    }

    /** The query's callback, read from the request, because Quarkus REST cannot tell an empty one from a missing one. */
    private static Optional<String> callback(HttpServerRequest request) {
        List<String> urls = request.params().getAll("callback");
        if (urls.size() > 1) {
            throw ProblemException.of(INVALID_REQUEST, "Write callback once.");
        }
        return urls.stream().findFirst();
    }

    private InputStream rowsOf(String uploaded) throws IOException {
        Optional<InputStream> rows = uploads.isPresent() ? uploads.get().open(uploaded) : Optional.empty();
        return rows.orElseThrow(() -> ProblemException.of(
                UPLOAD_NOT_FOUND,
                "No rows were put at the URL of this upload, or they are kept no longer. POST /v1/batches/uploads answers a"
                        + " URL: PUT the rows there first."));
    }

    private DryRunBody estimate(StreamedUpload upload) throws IOException {
        try (CatalogueRows rows = new LimitedRows(upload.rows())) {
            DryRun.Estimate estimate = dryRun.of(rows, Horizon.NONE);
            if (estimate.rows() == 0) {
                throw BatchIntake.empty();
            }
            return DryRunBody.of(estimate, prices);
        }
    }

    /**
     * Reads the Idempotency-Key. One that is sent empty or twice is refused rather than ignored: its sender relies on not
     * being billed again.
     *
     * @param lines every header line of that name; Quarkus REST cannot tell an empty one from a missing one
     */
    private static Optional<String> idempotencyKey(List<String> lines) {
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        String key = lines.getFirst();
        if (lines.size() > 1 || key.isBlank() || key.length() > LONGEST_KEY) {
            throw ProblemException.of(
                    INVALID_REQUEST, "Send one Idempotency-Key of 1 to 255 characters, or leave it out.");
        }
        return Optional.of(key);
    }

    /** The progress of a batch, for a week from its beginning. */
    @GET
    @Path("{id}")
    @Produces(MediaType.APPLICATION_JSON)
    public BatchBody progress(@PathParam("id") String id, @Context RoutingContext http) {
        return BatchBody.of(known(id, http), clock.instant());
    }

    /** The rows that have ended, with their images: a JSON object a line. */
    @GET
    @Path("{id}/images")
    @Produces("application/x-ndjson")
    public StreamingOutput images(
            @PathParam("id") String id,
            @QueryParam("after") @DefaultValue("0") String after,
            @QueryParam("limit") @DefaultValue(ALL) String limit,
            @Context RoutingContext http,
            @Context UriInfo uri) {
        return list(Form.NDJSON, id, after, limit, http, uri);
    }

    /** The same as CSV. */
    @GET
    @Path("{id}/images")
    @Produces("text/csv;qs=0.5")
    public StreamingOutput imagesAsCsv(
            @PathParam("id") String id,
            @QueryParam("after") @DefaultValue("0") String after,
            @QueryParam("limit") @DefaultValue(ALL) String limit,
            @Context RoutingContext http,
            @Context UriInfo uri) {
        return list(Form.CSV, id, after, limit, http, uri);
    }

    private StreamingOutput list(Form form, String id, String after, String limit, RoutingContext http, UriInfo uri) {
        Batch batch = known(id, http);
        return images.list(form, batch.id(), number(after), number(limit), uri.getBaseUri());
    }

    /** A whole number from 0; the largest {@code int} for a larger one, because no batch has so many rows. */
    private static int number(String text) {
        if (!NUMBER.matcher(text).matches()) {
            throw ProblemException.of(INVALID_REQUEST, "Write after and limit as whole numbers from 0.");
        }
        return new BigInteger(text).min(BigInteger.valueOf(Integer.MAX_VALUE)).intValue();
    }

    /** The progress of a batch as server-sent events, twice a second until it ends. */
    @GET
    @Path("{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Blocking // else Quarkus takes a Multi for a promise not to block
    public Multi<BatchBody> watch(@PathParam("id") String id, @Context RoutingContext http) {
        return events.of(known(id, http).id());
    }

    /** Cancels what has not started; what has ended stays ended. */
    @DELETE
    @Path("{id}")
    @Produces(MediaType.APPLICATION_JSON)
    public BatchBody cancel(@PathParam("id") String id, @Context RoutingContext http) {
        intake.cancel(known(id, http).id());
        return progress(id, http);
    }

    /** The batch with this id. For a caller who is neither its owner nor the operator it does not exist. */
    private Batch known(String id, RoutingContext http) {
        return ledger.find(id)
                .filter(batch -> Client.of(http).mayTouch(batch.owner()))
                .orElseThrow(() -> ProblemException.of(
                        BATCH_NOT_FOUND,
                        "No batch has this id: it was never sent, or began more than a week ago and is forgotten."));
    }

    /** How the progress of a batch is sent to its watchers. */
    @ConfigMapping(prefix = "afterimage.batch-events")
    public interface BatchEventsConfig {

        /**
         * Whether {@code GET /v1/batches/{id}/events} follows a batch to its end. Off where an answer is only sent when
         * it is complete, as on Lambda: then it sends one event and ends, and a watcher calls again.
         */
        @WithDefault("true")
        boolean follow();
    }
}
