package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.INVALID_REQUEST;

import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.jobs.Redrive;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.CreditBudget.By;
import dev.afterimage.limit.CreditBudget.Usage;
import dev.afterimage.metrics.Stats;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.InvocationDeadline;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.YearMonth;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Routes for the operator: statistics, costs, purge and redrive. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
public final class OperatorResource {

    /**
     * What the images of a month cost, in the provider's own unit.
     *
     * @param by account, template or tenant
     * @param usage the accounts, templates or tenants that cost anything
     */
    public record UsagePage(String month, String by, List<Usage> usage) {}

    /** The version that is current after a purge. */
    public record Purged(String template, long version) {}

    /** How many jobs are back on the queue. */
    public record Redriven(int redriven) {}

    private final Supplier<Stats> stats;
    private final CreditBudget budget;
    private final ImageService images;
    private final Redrive redrive;
    private final HttpConfig config;
    private final InvocationDeadline invocation;
    private final Clock clock;

    OperatorResource(
            Supplier<Stats> stats,
            CreditBudget budget,
            ImageService images,
            Redrive redrive,
            HttpConfig config,
            InvocationDeadline invocation,
            Clock clock) {
        this.stats = stats;
        this.budget = budget;
        this.images = images;
        this.redrive = redrive;
        this.config = config;
        this.invocation = invocation;
        this.clock = clock;
    }

    /** The current statistics, for people; machines scrape {@code /q/metrics}. */
    @GET
    @Path("stats")
    @RunOnVirtualThread // it waits for queue and limiter
    public Stats stats() {
        return stats.get();
    }

    /** What images have cost in a month. */
    @GET
    @Path("usage")
    @RunOnVirtualThread // it waits for the budget's counts
    public UsagePage usage(@QueryParam("by") @Nullable String by, @QueryParam("month") @Nullable String month) {
        String yearMonth = (month == null ? CreditBudget.currentMonth(clock) : parsed(month)).toString();
        By group = switch (by) {
            case null -> By.ACCOUNT;
            case "account" -> By.ACCOUNT;
            case "template" -> By.TEMPLATE;
            case "tenant" -> By.TENANT;
            default -> throw ProblemException.of(INVALID_REQUEST, "Ask for by=template, by=account or by=tenant.");
        };
        return new UsagePage(yearMonth, by == null ? "account" : by, budget.usage(yearMonth, group));
    }

    private static YearMonth parsed(String month) {
        try {
            return YearMonth.parse(month);
        } catch (DateTimeException e) {
            throw ProblemException.of(
                    INVALID_REQUEST, "Write the month as month=2026-11, or leave it out for the current one (UTC).");
        }
    }

    /** Makes every older image of the template a miss. */
    @POST
    @Path("templates/{template}/purge")
    public CompletionStage<Purged> purge(@PathParam("template") String template) {
        return images.purge(PathParameters.template(template)).thenApply(version -> new Purged(template, version));
    }

    /** Puts jobs that were given up back on the queue, once their cause is fixed. */
    @POST
    @Path("dead-letters/redrive")
    @RunOnVirtualThread // it moves messages between queues
    public Redriven redrive() {
        return new Redriven(redrive.run(invocation.cap(Deadline.in(config.deadline(), clock))));
    }
}
