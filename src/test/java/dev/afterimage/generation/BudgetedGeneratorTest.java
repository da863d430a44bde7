package dev.afterimage.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.testing.FakeGenerator;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Orders;
import dev.afterimage.testing.Permitted;
import dev.afterimage.testing.SampleImages;
import dev.afterimage.time.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BudgetedGeneratorTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);

    private final Budget budget = new Budget();
    private final FakeGenerator provider = new FakeGenerator();

    /** A budget of one credit, which can be told to fail after the reservation. */
    private static final class Budget implements CreditBudget {
        private int left = 1;
        private boolean lost;
        private By spent = By.ACCOUNT;

        @Override
        public Decision reserve(Charge charge) {
            return left-- > 0 ? new Reserved("2026-11", charge) : new Exhausted(Instant.EPOCH, spent);
        }

        @Override
        public void settle(Reserved reservation, double cost) {
            if (lost) {
                throw new FleetUnavailableException("lost", new IllegalStateException());
            }
            left += (int) (reservation.charge().cost() - cost);
        }

        @Override
        public List<Usage> usage(String month, By by) {
            return List.of();
        }

        @Override
        public Status status(String account) {
            return new Status(1 - left, OptionalLong.of(1));
        }
    }

    private void generate() {
        Deadline deadline = Deadline.in(Duration.ofSeconds(1), new MutableClock());
        new BudgetedGenerator(budget, new AccountChoice(new Permitted.OneAccount(), new MutableClock()), provider)
                .generate(REQUEST, Attempt.of(Lane.INTERACTIVE, deadline, Orders.next()));
    }

    @Test
    void anImageCostsACredit() {
        generate();

        assertThat(budget.left).isZero();
    }

    @Test
    void withoutACreditTheProviderIsNotCalled() {
        budget.left = 0;

        assertThat(catchThrowableOfType(OutOfCreditsException.class, this::generate))
                .isNotNull();
        assertThat(provider.calls()).isZero();
    }

    @Test
    void tenantWithoutBudgetDoesNotStopOtherTenants() {
        budget.left = 0;
        assertThat(catchThrowableOfType(OutOfCreditsException.class, this::generate)
                        .isOfTenant())
                .isFalse();

        budget.left = 0;
        budget.spent = CreditBudget.By.TENANT;
        assertThat(catchThrowableOfType(OutOfCreditsException.class, this::generate)
                        .isOfTenant())
                .isTrue();
    }

    @Test
    void theTrueCostIsCountedWhenItIsKnown() {
        provider.brings(new GeneratedImage(SampleImages.png(), ImageFormat.PNG).withCost(5));
        budget.left = 10;

        generate();

        assertThat(budget.left).isEqualTo(5);
    }

    @Test
    void anImageWhoseTrueCostCannotBeCountedIsDeliveredAllTheSame() {
        provider.brings(new GeneratedImage(SampleImages.png(), ImageFormat.PNG).withCost(5));
        budget.lost = true;

        generate();

        assertThat(budget.left).isZero();
    }

    @Test
    void creditOfAnUnbilledCallIsGivenBack() {
        provider.failsWith(ThrottledException.byLimiter(Duration.ofSeconds(9)));

        catchAndCheckThrottled();

        assertThat(budget.left).isEqualTo(1);
    }

    @Test
    void creditOfACallThatMayHaveBeenBilledIsKept() {
        provider.failsWith(new OutcomeUnknownException("no answer", null));

        assertThat(catchThrowableOfType(OutcomeUnknownException.class, this::generate))
                .isNotNull();
        assertThat(budget.left).isZero();
    }

    /** Otherwise a caller who could have had a 202 would get a 503 for broken storage. */
    @Test
    void failureToGiveBackACreditDoesNotHideTheCallsFailure() {
        budget.lost = true;
        provider.failsWith(ThrottledException.byLimiter(Duration.ofSeconds(9)));

        catchAndCheckThrottled();
    }

    private void catchAndCheckThrottled() {
        ThrottledException throttled = catchThrowableOfType(ThrottledException.class, this::generate);
        assertThat(throttled.retryAfter()).contains(Duration.ofSeconds(9));
    }
}
