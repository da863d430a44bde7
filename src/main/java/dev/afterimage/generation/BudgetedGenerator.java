package dev.afterimage.generation;

import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.BudgetUnavailableException;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.store.StoreUnavailableException;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Decorator: counts the expected cost of a call on the budget before the call is made. Afterwards replaces it by the true
 * cost where that is known, or by nothing where the call was certainly not billed. It is inside the retry, so that each
 * call that may be billed is counted.
 */
public final class BudgetedGenerator implements ImageGenerator {

    private static final Logger LOG = Logger.getLogger(BudgetedGenerator.class);

    private final CreditBudget budget;
    private final Function<ImageRequest, Price> prices;
    private final ImageGenerator next;

    /**
     * What an image is expected to cost, in the provider's unit.
     *
     * @param account the provider's account that is billed
     */
    public record Price(String account, double cost) {}

    public BudgetedGenerator(CreditBudget budget, Function<ImageRequest, Price> prices, ImageGenerator next) {
        this.budget = budget;
        this.prices = prices;
        this.next = next;
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        Price price = prices.apply(request);
        CreditBudget.Charge charge = new CreditBudget.Charge(
                price.account(),
                request.template().value(),
                attempt.order().payer().tenant(),
                price.cost());
        return switch (budget.reserve(charge)) {
            case CreditBudget.Exhausted exhausted ->
                throw exhausted.by() == CreditBudget.By.TENANT
                        ? OutOfCreditsException.ofTenant(exhausted.until())
                        : new OutOfCreditsException("the month's budget of credits is spent", exhausted.until());
            case CreditBudget.Reserved reserved -> generate(request, attempt, reserved);
        };
    }

    private GeneratedImage generate(ImageRequest request, Attempt attempt, CreditBudget.Reserved reserved) {
        GeneratedImage image;
        try {
            image = next.generate(request, attempt);
        } catch (RuntimeException failure) {
            // Inside this decorator the store is used only before a call leaves, so that failure costs nothing either.
            if (failure instanceof StoreUnavailableException || !GenerationException.mayBeBilled(failure)) {
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

    /** Counts the true cost. Where that fails, the expected cost stays counted and the image is delivered. */
    private void settle(CreditBudget.Reserved reserved, double cost) {
        try {
            budget.settle(reserved, cost);
        } catch (BudgetUnavailableException uncounted) {
            LOG.warnf("An image is counted with the cost that was expected: %s", uncounted.getMessage());
        }
    }

    /**
     * Gives back what was not billed. Where that fails it stays counted, and the caller is still told why there is no
     * image.
     */
    private void giveBack(CreditBudget.Reserved reserved, RuntimeException failure) {
        try {
            budget.giveBack(reserved);
        } catch (BudgetUnavailableException uncounted) {
            failure.addSuppressed(uncounted);
        }
    }
}
