package dev.afterimage.generation;

import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Decorator: counts the expected cost of a call on the budget before the call is made. Afterwards replaces it by the
 * true cost where that is known, or by nothing where the call was certainly not billed. It comes after the permit,
 * which names the account that is billed.
 *
 * <p>The cost of a resumed job was counted when its call left. It is not counted again; the true cost replaces it, or
 * it is given back, in the month of that departure.
 */
public record BudgetedGenerator(CreditBudget budget, AccountChoice accounts, ImageGenerator next)
        implements ImageGenerator {

    private static final Logger LOG = Logger.getLogger(BudgetedGenerator.class);

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        CreditBudget.Charge charge = new CreditBudget.Charge(
                accounts.budget(request, attempt.account()),
                request.template().value(),
                attempt.order().payer().tenant(),
                accounts.cost(request));
        Optional<Instant> resumedFrom = attempt.order().resumedFrom();
        if (resumedFrom.isPresent()) {
            String month = CreditBudget.monthOf(resumedFrom.get()).toString();
            return generate(request, attempt, new CreditBudget.Reserved(month, charge));
        }
        return switch (budget.reserve(charge)) {
            case CreditBudget.Exhausted exhausted ->
                throw exhausted.by() == CreditBudget.By.TENANT
                        ? OutOfCreditsException.ofTenant(exhausted.until())
                        : accounts.noteSpent(charge.account(), charge.cost(), exhausted.until())
                                .withAccount(attempt.account());
            case CreditBudget.Reserved reserved -> generate(request, attempt, reserved);
        };
    }

    private GeneratedImage generate(ImageRequest request, Attempt attempt, CreditBudget.Reserved reserved) {
        GeneratedImage image;
        try {
            image = next.generate(request, attempt);
        } catch (RuntimeException failure) {
            if (costsNothing(failure, attempt)) {
                giveBack(reserved, failure);
            }
            throw failure;
        }
        double cost = image.cost().orElse(reserved.charge().cost());
        if (cost != reserved.charge().cost()) {
            settle(reserved, cost);
        }
        return image;
    }

    private static boolean costsNothing(RuntimeException failure, Attempt attempt) {
        if (attempt.order().resumedFrom().isPresent() && !(failure instanceof GenerationException)) {
            // The call has left long ago, and its job can still bring the image.
            return false;
        }
        // Inside this decorator the store is used only before a call leaves, so a failure of the store costs nothing,
        // too.
        return failure instanceof StoreUnavailableException || !GenerationException.mayBeBilled(failure);
    }

    /** Counts the true cost. Where that fails, the expected cost stays counted and the image is delivered. */
    private void settle(CreditBudget.Reserved reserved, double cost) {
        try {
            budget.settle(reserved, cost);
        } catch (FleetUnavailableException uncounted) {
            LOG.warnf("An image stays counted with its expected cost: %s", uncounted.getMessage());
        }
    }

    /**
     * Gives back what was not billed. Where that fails it stays counted, and the caller still gets the first failure.
     */
    private void giveBack(CreditBudget.Reserved reserved, RuntimeException failure) {
        try {
            budget.giveBack(reserved);
        } catch (FleetUnavailableException uncounted) {
            failure.addSuppressed(uncounted);
        }
    }
}
