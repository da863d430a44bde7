package dev.afterimage.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.BudgetUnavailableException;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.Lane;
import dev.afterimage.testing.FakeGenerator;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Orders;
import dev.afterimage.time.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BudgetedGeneratorTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);

    private final Budget budget = new Budget();
    private final FakeGenerator provider = new FakeGenerator();

    /** One credit, which may get out of reach after it was taken. */
    private static final class Budget implements CreditBudget {
        private int left = 1;
        private boolean lost;

        @Override
        public Decision reserve() {
            return left-- > 0 ? new Reserved("2026-11") : new Exhausted(Instant.EPOCH);
        }

        @Override
        public void giveBack(Reserved reservation) {
            if (lost) {
                throw new BudgetUnavailableException("lost", new IllegalStateException());
            }
            left++;
        }

        @Override
        public Status status() {
            return new Status(1 - left, OptionalLong.of(1));
        }
    }

    private void generate() {
        Deadline deadline = Deadline.in(Duration.ofSeconds(1), new MutableClock());
        new BudgetedGenerator(budget, provider)
                .generate(REQUEST, Attempt.of(Lane.INTERACTIVE, deadline, Orders.next()));
    }

    @Test
    void anImageCostsACredit() {
        generate();

        assertThat(budget.left).isZero();
    }

    @Test
    void withoutOneTheProviderIsNotAsked() {
        budget.left = 0;

        assertThat(catchThrowableOfType(OutOfCreditsException.class, this::generate))
                .isNotNull();
        assertThat(provider.calls()).isZero();
    }

    @Test
    void whatWasNotBilledIsGivenBack() {
        provider.failsWith(ThrottledException.byLimiter(Duration.ofSeconds(9)));

        catchAndCheckThrottled();

        assertThat(budget.left).isEqualTo(1);
    }

    @Test
    void whatMayHaveBeenBilledIsNot() {
        provider.failsWith(new OutcomeUnknownException("no answer", null));

        assertThat(catchThrowableOfType(OutcomeUnknownException.class, this::generate))
                .isNotNull();
        assertThat(budget.left).isZero();
    }

    /** Else a caller who could have had a 202 would be told that the storage is broken. */
    @Test
    void aCreditThatCannotBeGivenBackHidesNoFailure() {
        budget.lost = true;
        provider.failsWith(ThrottledException.byLimiter(Duration.ofSeconds(9)));

        catchAndCheckThrottled();
    }

    private void catchAndCheckThrottled() {
        ThrottledException throttled = catchThrowableOfType(ThrottledException.class, this::generate);
        assertThat(throttled.retryAfter()).contains(Duration.ofSeconds(9));
    }
}
