package dev.afterimage.http;

import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.ProblemException;
import dev.afterimage.http.problem.ProblemType;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.CreditBudget.By;
import dev.afterimage.limit.CreditBudget.Usage;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What images cost, for the operator. */
@Path("/v1/usage")
@RunOnVirtualThread // it asks the fleet's memory, which may be a network away
public final class UsageResource {

    /**
     * What the images of a month cost, in the provider's own unit.
     *
     * @param usage those that cost anything, by name
     */
    public record Page(String month, String by, List<Usage> usage) {}

    private final CreditBudget budget;
    private final Clock clock;

    @Inject
    UsageResource(CreditBudget budget, Clock clock) {
        this.budget = budget;
        this.clock = clock;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Page usage(@QueryParam("by") @Nullable String by, @QueryParam("month") @Nullable String month) {
        String of =
                (month == null ? YearMonth.from(clock.instant().atOffset(ZoneOffset.UTC)) : parsed(month)).toString();
        By kind = switch (by) {
            case null -> By.ACCOUNT;
            case "account" -> By.ACCOUNT;
            case "template" -> By.TEMPLATE;
            case "tenant" -> By.TENANT;
            default -> throw invalid("Ask for by=template, by=account or by=tenant.");
        };
        return new Page(of, by == null ? "account" : by, budget.usage(of, kind));
    }

    private static YearMonth parsed(String month) {
        try {
            return YearMonth.parse(month);
        } catch (DateTimeException e) {
            throw invalid("Write the month as month=2026-11, or leave it out for the current one (UTC).");
        }
    }

    private static ProblemException invalid(String detail) {
        return new ProblemException(Problem.of(ProblemType.INVALID_REQUEST, detail));
    }
}
