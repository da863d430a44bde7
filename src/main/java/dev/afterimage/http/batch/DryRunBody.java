package dev.afterimage.http.batch;

import static dev.afterimage.http.problem.ProblemType.INVALID_REQUEST;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.catalogue.DryRun;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.limit.ProviderLimitConfig;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.http.HttpServerRequest;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a batch or a catalogue would cost, and how long its images would take.
 *
 * @param bad the first thousand bad rows
 * @param cost in the provider's credits
 * @param price the same in money; left out where no price is configured
 * @param creditsLeft the credits that are left this month; null where they are not limited
 * @param duration how long making the missing images would take, in seconds, rounded up
 */
@RegisterForReflection(targets = {DryRunBody.class, DryRunBody.Price.class, CatalogueRow.Bad.class})
record DryRunBody(
        long rows,
        long duplicates,
        long fresh,
        long missing,
        List<CatalogueRow.Bad> bad,
        long cost,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Price price,
        @Nullable Long creditsLeft,
        long duration) {

    /** An amount of money in a currency, such as 0.68 USD. */
    record Price(BigDecimal amount, String currency) {}

    /**
     * Whether the query has {@code dry-run=true}. Any value but true and false is refused, because taking a misspelt one for
     * false could cost money. Read from the request, because Quarkus REST cannot tell an empty value from a missing one.
     */
    static boolean isAskedFor(HttpServerRequest request) {
        List<String> words = request.params().getAll("dry-run");
        if (words.isEmpty() || words.equals(List.of("false"))) {
            return false;
        }
        if (words.equals(List.of("true"))) {
            return true;
        }
        throw ProblemException.of(INVALID_REQUEST, "Write dry-run=true or dry-run=false, or leave it out.");
    }

    static DryRunBody of(DryRun.Estimate estimate, ProviderLimitConfig prices) {
        return new DryRunBody(
                estimate.rows(),
                estimate.duplicates(),
                estimate.fresh(),
                estimate.missing(),
                estimate.bad(),
                estimate.cost(),
                prices.creditPrice()
                        .map(price -> new Price(price.multiply(BigDecimal.valueOf(estimate.cost())), prices.currency()))
                        .orElse(null),
                estimate.creditsLeft().isPresent() ? estimate.creditsLeft().getAsLong() : null,
                estimate.duration().plus(Duration.ofSeconds(1).minusNanos(1)).toSeconds());
    }
}
