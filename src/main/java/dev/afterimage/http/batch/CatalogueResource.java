package dev.afterimage.http.batch;

import static dev.afterimage.http.problem.ProblemType.CATALOGUE_NOT_FOUND;
import static dev.afterimage.http.problem.ProblemType.CATALOGUE_UNREADABLE;

import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.catalogue.CatalogueRunner;
import dev.afterimage.catalogue.CatalogueRunner.PlanReport;
import dev.afterimage.catalogue.DryRun;
import dev.afterimage.http.HttpConfig;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.limit.ProviderLimitConfig;
import dev.afterimage.metrics.PlanMeter;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.InvocationDeadline;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;

/** The configured catalogues, for the operator who does not wait for the schedule, or wants to know what it will cost. */
@Path("/v1/catalogues")
@RunOnVirtualThread // it reads a file and asks the index
public final class CatalogueResource {

    /**
     * How one call to plan a catalogue ended. The counts are those of the whole run so far, over all its calls.
     *
     * @param complete false when the deadline came first; call again to go on
     * @param line the last line that was planned
     * @param enqueued rows whose images were missing, and were put on the queue
     * @param bad the first thousand bad rows of this call
     */
    @RegisterForReflection(targets = {PlanBody.class, CatalogueRow.Bad.class})
    record PlanBody(
            String catalogue,
            String run,
            boolean complete,
            int line,
            long rows,
            long duplicates,
            long fresh,
            long enqueued,
            List<CatalogueRow.Bad> bad) {}

    private final CatalogueRunner runner;
    private final PlanMeter meter;
    private final DryRun dryRun;
    private final ProviderLimitConfig prices;
    private final HttpConfig config;
    private final InvocationDeadline invocation;
    private final Clock clock;

    CatalogueResource(
            CatalogueRunner runner,
            PlanMeter meter,
            DryRun dryRun,
            ProviderLimitConfig prices,
            HttpConfig config,
            InvocationDeadline invocation,
            Clock clock) {
        this.runner = runner;
        this.meter = meter;
        this.dryRun = dryRun;
        this.prices = prices;
        this.config = config;
        this.invocation = invocation;
        this.clock = clock;
    }

    /** Plans the catalogue now, as far as it comes within the deadline. A dry run only says what that would cost. */
    @POST
    @Path("{id}")
    @Produces(MediaType.APPLICATION_JSON)
    public Response plan(@PathParam("id") String id, @Context HttpServerRequest request) {
        boolean isDry = DryRunBody.isAskedFor(request);
        if (!runner.knows(id)) {
            throw ProblemException.of(
                    CATALOGUE_NOT_FOUND,
                    "No catalogue has this id; the service's operator sets afterimage.pregeneration.catalogues.\"id\".source.");
        }
        try {
            return Response.ok(isDry ? DryRunBody.of(runner.estimate(id, dryRun), prices) : plan(id))
                    .build();
        } catch (InvalidRequestException | IllegalArgumentException | UncheckedIOException unreadable) {
            throw ProblemException.of(CATALOGUE_UNREADABLE, String.valueOf(unreadable.getMessage()));
        }
    }

    private PlanBody plan(String id) {
        Deadline deadline = invocation.cap(Deadline.in(config.deadline(), clock));
        PlanReport report = meter.metered(() -> runner.run(id, deadline));
        return new PlanBody(
                report.catalogue(),
                report.run(),
                report.complete(),
                report.line(),
                report.counts().rows(),
                report.counts().duplicates(),
                report.counts().fresh(),
                report.counts().enqueued(),
                report.bad());
    }
}
