package dev.afterimage.generation;

import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.BudgetUnavailableException;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.store.StoreUnavailableException;

/**
 * Decorator: takes a credit before each call and gives it back when the call was certainly not billed. Stands inside the
 * retry, so that each call that may be billed takes its own.
 */
public final class BudgetedGenerator implements ImageGenerator {

    private final CreditBudget budget;
    private final ImageGenerator next;

    public BudgetedGenerator(CreditBudget budget, ImageGenerator next) {
        this.budget = budget;
        this.next = next;
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        return switch (budget.reserve()) {
            case CreditBudget.Exhausted exhausted ->
                throw new OutOfCreditsException("the month's budget of credits is spent", exhausted.until());
            case CreditBudget.Reserved reserved -> generate(request, attempt, reserved);
        };
    }

    private GeneratedImage generate(ImageRequest request, Attempt attempt, CreditBudget.Reserved reserved) {
        try {
            return next.generate(request, attempt);
        } catch (RuntimeException failure) {
            // In here the store is only asked before a call leaves; what was paid for is stored outside.
            if (failure instanceof StoreUnavailableException || !GenerationException.mayBeBilled(failure)) {
                giveBack(reserved, failure);
            }
            throw failure;
        }
    }

    /** A credit that cannot be given back stays counted; what the caller has to know is why there is no image. */
    private void giveBack(CreditBudget.Reserved reserved, RuntimeException failure) {
        try {
            budget.giveBack(reserved);
        } catch (BudgetUnavailableException uncounted) {
            failure.addSuppressed(uncounted);
        }
    }
}
