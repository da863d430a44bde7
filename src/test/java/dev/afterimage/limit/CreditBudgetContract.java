package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.CreditBudget.Decision;
import dev.afterimage.limit.CreditBudget.Exhausted;
import dev.afterimage.limit.CreditBudget.Reserved;
import dev.afterimage.testing.MutableClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link CreditBudget} keeps to. */
public abstract class CreditBudgetContract {

    private static final Instant DECEMBER = Instant.parse("2026-12-01T00:00:00Z");

    /** Half a minute before November ends. */
    protected final MutableClock clock = new MutableClock(DECEMBER.minusSeconds(30));

    /** A new instance, as another process would have it, over what the test has counted so far; nothing at its start. */
    protected abstract CreditBudget budget(OptionalLong limit, Clock clock);

    @Test
    void aMonthBeginsWithNothingUsed() {
        assertThat(budgetOf(3).status()).isEqualTo(new CreditBudget.Status(0, OptionalLong.of(3)));
    }

    @Test
    void aReservationIsCountedInItsMonth() {
        CreditBudget budget = budgetOf(3);

        assertThat(budget.reserve()).isEqualTo(new Reserved("2026-11"));
        assertThat(budget.status().used()).isEqualTo(1);
        assertThat(budget.status().left()).hasValue(2);
    }

    @Test
    void whenAllAreUsedThereIsNoneUntilTheNextMonth() {
        CreditBudget budget = budgetOf(2);
        budget.reserve();
        budget.reserve();

        assertThat(budget.reserve()).isEqualTo(new Exhausted(DECEMBER));
        assertThat(budget.status().used()).isEqualTo(2);
    }

    @Test
    void aBudgetOfZeroIsExhaustedFromTheStart() {
        assertThat(budgetOf(0).reserve()).isEqualTo(new Exhausted(DECEMBER));
    }

    @Test
    void theNextMonthBeginsAtMidnightUtcWithTheWholeBudget() {
        CreditBudget budget = budgetOf(1);
        budget.reserve();

        clock.advance(Duration.ofSeconds(30).minusMillis(1));
        assertThat(budget.reserve()).isInstanceOf(Exhausted.class);

        clock.advance(Duration.ofMillis(1));
        assertThat(budget.status().used()).isZero();
        assertThat(budget.reserve()).isEqualTo(new Reserved("2026-12"));
        assertThat(budget.reserve()).isEqualTo(new Exhausted(Instant.parse("2027-01-01T00:00:00Z")));
    }

    @Test
    void aCreditGivenBackCanBeTakenAgain() {
        CreditBudget budget = budgetOf(1);
        Reserved reserved = (Reserved) budget.reserve();

        budget.giveBack(reserved);

        assertThat(budget.status().used()).isZero();
        assertThat(budget.reserve()).isInstanceOf(Reserved.class);
    }

    @Test
    void aCreditGoesBackToTheMonthItWasTakenFrom() {
        CreditBudget budget = budgetOf(1);
        Reserved november = (Reserved) budget.reserve();
        clock.advance(Duration.ofMinutes(1));
        budget.reserve();

        budget.giveBack(november);

        assertThat(budget.status().used()).isEqualTo(1);
        assertThat(budget.reserve()).isInstanceOf(Exhausted.class);
        clock.advance(Duration.ofMinutes(-1));
        assertThat(budget.status().used()).isZero();
    }

    @Test
    void theCountIsNeverBelowZero() {
        CreditBudget budget = budgetOf(1);
        Reserved reserved = (Reserved) budget.reserve();

        budget.giveBack(reserved);
        budget.giveBack(reserved);

        assertThat(budget.status().used()).isZero();
        budget.reserve();
        assertThat(budget.reserve()).isInstanceOf(Exhausted.class);
    }

    @Test
    void withoutALimitCreditsAreCountedAllTheSame() {
        CreditBudget budget = budget(OptionalLong.empty(), clock);

        assertThat(budget.reserve()).isEqualTo(new Reserved("2026-11"));
        assertThat(budget.reserve()).isEqualTo(new Reserved("2026-11"));
        assertThat(budget.status()).isEqualTo(new CreditBudget.Status(2, OptionalLong.empty()));
    }

    @Test
    void theCountSurvivesTheInstance() {
        budgetOf(2).reserve();
        budgetOf(2).reserve();

        assertThat(budgetOf(2).status().used()).isEqualTo(2);
        assertThat(budgetOf(2).reserve()).isInstanceOf(Exhausted.class);
    }

    @Test
    void aLimitThatWasLoweredBelowWhatIsUsedLeavesNothing() {
        budgetOf(3).reserve();
        budgetOf(3).reserve();

        CreditBudget lowered = budgetOf(1);

        assertThat(lowered.reserve()).isInstanceOf(Exhausted.class);
        assertThat(lowered.status()).isEqualTo(new CreditBudget.Status(2, OptionalLong.of(1)));
        assertThat(lowered.status().left()).hasValue(0);
    }

    @Test
    void reservationsAtOnceNeverExceedTheLimit() throws Exception {
        List<CreditBudget> instances = List.of(budgetOf(25), budgetOf(25));
        List<Callable<Decision>> reservations = IntStream.range(0, 60)
                .<Callable<Decision>>mapToObj(i -> () -> instances.get(i % 2).reserve())
                .toList();

        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Decision>> decisions = threads.invokeAll(reservations);

            assertThat(decisions)
                    .extracting(Future::get)
                    .satisfies(all -> assertThat(all)
                            .filteredOn(Reserved.class::isInstance)
                            .hasSize(25));
        }
        assertThat(budgetOf(25).status().used()).isEqualTo(25);
    }

    @Test
    void reservationsAndReturnsAtOnceLoseNothing() throws Exception {
        CreditBudget budget = budget(OptionalLong.empty(), clock);
        Callable<Boolean> takeTwoGiveOneBack = () -> {
            budget.reserve();
            budget.giveBack((Reserved) budget.reserve());
            return true;
        };

        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            assertThat(threads.invokeAll(Collections.nCopies(20, takeTwoGiveOneBack)))
                    .extracting(Future::get)
                    .containsOnly(true);
        }

        assertThat(budget.status().used()).isEqualTo(20);
    }

    private CreditBudget budgetOf(long limit) {
        return budget(OptionalLong.of(limit), clock);
    }
}
