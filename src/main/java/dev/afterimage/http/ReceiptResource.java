package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.INVALID_REQUEST;
import static dev.afterimage.http.problem.ProblemType.RECEIPT_NOT_FOUND;

import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.limit.Receipt;
import dev.afterimage.limit.Receipts;
import dev.afterimage.limit.Receipts.ReceiptRules;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Receipts for the operator, who can list those of calls that are under way or brought no image, and allow another
 * purchase.
 */
@Path("/v1/receipts")
@RunOnVirtualThread // it waits for the receipts
public final class ReceiptResource {

    /**
     * One receipt as the operator sees it.
     *
     * @param state open or unknown
     * @param provider the provider's account
     * @param since when the last call left
     * @param until when it must have ended
     * @param purchases calls that may have been billed since there was an image
     * @param next what happens next, in words
     */
    public record Listed(
            String key,
            String state,
            String template,
            String provider,
            Instant since,
            Instant until,
            int purchases,
            String next) {}

    /** The receipts asked for, the oldest departure first. */
    public record Page(List<Listed> receipts) {}

    private final Receipts receipts;
    private final Clock clock;
    private final int repurchases;

    ReceiptResource(Receipts receipts, Clock clock, ReceiptRules rules) {
        this.receipts = receipts;
        this.clock = clock;
        this.repurchases = rules.repurchases();
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Page list(@QueryParam("state") @Nullable String state) {
        if (state != null && !state.equals("open") && !state.equals("unknown")) {
            throw ProblemException.of(INVALID_REQUEST, "Ask for state=open or state=unknown, or leave it out.");
        }
        Instant now = clock.instant();
        return new Page(receipts.list().stream()
                .filter(receipt ->
                        state == null || receipt.listedAs(now).orElse("").equals(state))
                .map(receipt -> listed(receipt, now))
                .toList());
    }

    private Listed listed(Receipt receipt, Instant now) {
        String state = receipt.listedAs(now).orElse("unknown");
        return new Listed(
                receipt.key().value(),
                state,
                receipt.template(),
                receipt.account(),
                receipt.departed(),
                receipt.until(),
                receipt.purchases(),
                next(receipt, state));
    }

    private String next(Receipt receipt, String state) {
        if (state.equals("open")) {
            return "The call is under way; after " + receipt.until() + " its end is unknown.";
        }
        return receipt.purchases() > repurchases
                ? "Not bought again until an operator deletes this receipt or somebody deletes the image."
                : "Bought again when it is asked for, not before " + receipt.from() + ".";
    }

    @DELETE
    @Path("{key}")
    public void allowAnother(@PathParam("key") String key) {
        if (!receipts.allowAnother(PathParameters.key(key))) {
            throw ProblemException.of(
                    RECEIPT_NOT_FOUND,
                    "No call for this key is open or unknown. GET /v1/receipts lists those that are.");
        }
    }
}
