package dev.afterimage.limit;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static dev.afterimage.testing.Limiters.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.CreditBudget.Budgets;
import dev.afterimage.limit.CreditBudget.By;
import dev.afterimage.limit.CreditBudget.Charge;
import dev.afterimage.limit.CreditBudget.Decision;
import dev.afterimage.limit.CreditBudget.Exhausted;
import dev.afterimage.limit.CreditBudget.Reserved;
import dev.afterimage.limit.CreditBudget.Usage;
import dev.afterimage.testing.MutableClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The contract of every {@link CreditBudget}. */
public abstract class CreditBudgetContract {

    private static final Instant DECEMBER = Instant.parse("2026-12-01T00:00:00Z");

    /** Half a minute before November ends. */
    protected final MutableClock clock = new MutableClock(DECEMBER.minusSeconds(30));

    /** A new instance over what the test has counted so far, as another process would open it. */
    protected abstract CreditBudget budget(Budgets budgets, Clock clock);

    protected static final Charge ONE = new Charge("default", "card", "ada", 1);

    @Test
    void aCostIsCountedForItsAccountTemplateAndTenant() {
        CreditBudget budget = budgetOf(100);
        budget.reserve(new Charge("default", "card", "ada", 2.5));
        budget.reserve(new Charge("default", "hero", "ada", 0.04));
        budget.reserve(new Charge("art", "hero", "bob", 7));

        assertThat(budget.usage("2026-11", By.ACCOUNT))
                .containsExactly(new Usage("art", 7), new Usage("default", 2.54));
        assertThat(budget.usage("2026-11", By.TEMPLATE))
                .containsExactly(new Usage("card", 2.5), new Usage("hero", 7.04));
        assertThat(budget.usage("2026-11", By.TENANT)).containsExactly(new Usage("ada", 2.54), new Usage("bob", 7));
        assertThat(budget.usage("2026-10", By.TENANT)).isEmpty();
        assertThat(budget.status(DEFAULT_ACCOUNT)).isEqualTo(new CreditBudget.Status(3, OptionalLong.of(100)));
    }

    @Test
    void trueCostReplacesTheExpectedOne() {
        CreditBudget budget = budgetOf(10);
        budget.settle((Reserved) budget.reserve(new Charge("default", "card", "ada", 4)), 1.25);
        budget.settle((Reserved) budget.reserve(new Charge("default", "hero", "ada", 1)), 6);

        assertThat(budget.usage("2026-11", By.TEMPLATE)).containsExactly(new Usage("card", 1.25), new Usage("hero", 6));
        assertThat(budget.usage("2026-11", By.ACCOUNT)).containsExactly(new Usage("default", 7.25));
    }

    @Test
    void aCostThatIsMoreThanWhatIsLeftIsRefused() {
        CreditBudget budget = budgetOf(10);
        budget.reserve(new Charge("default", "card", "ada", 8));

        assertThat(budget.reserve(new Charge("default", "card", "ada", 2.5)))
                .isEqualTo(new Exhausted(DECEMBER, By.ACCOUNT));
        assertThat(budget.reserve(new Charge("default", "card", "ada", 2))).isInstanceOf(Reserved.class);
    }

    @Test
    void eachTenantAndAccountHasItsOwnBudget() {
        CreditBudget budget = budget(new Budgets(Map.of("art", 1.0), Map.of("bob", 2.0), 1), clock);

        assertThat(budget.reserve(ONE)).isInstanceOf(Reserved.class);
        assertThat(budget.reserve(ONE)).isEqualTo(new Exhausted(DECEMBER, By.TENANT));
        assertThat(budget.reserve(new Charge("default", "card", "bob", 2))).isInstanceOf(Reserved.class);
        assertThat(budget.reserve(new Charge("art", "card", "service", 1))).isInstanceOf(Reserved.class);
        assertThat(budget.reserve(new Charge("art", "card", "service", 1)))
                .isEqualTo(new Exhausted(DECEMBER, By.ACCOUNT));
        assertThat(budget.reserve(new Charge("default", "card", "service", 50))).isInstanceOf(Reserved.class);
    }

    /** A refused cost may not stay counted, or one tenant would use up the others' budget. */
    @Test
    void refusedReservationIsNotCounted() {
        CreditBudget budget = budget(new Budgets(Map.of(), Map.of(), 1), clock);
        budget.reserve(new Charge("default", "card", "ada", 2));

        for (By by : By.values()) {
            assertThat(budget.usage("2026-11", by)).isEmpty();
        }
    }

    @Test
    void aMonthBeginsWithNothingUsed() {
        assertThat(budgetOf(3).status(DEFAULT_ACCOUNT)).isEqualTo(new CreditBudget.Status(0, OptionalLong.of(3)));
    }

    @Test
    void aReservationIsCountedInItsMonth() {
        CreditBudget budget = budgetOf(3);

        assertThat(budget.reserve(ONE)).isEqualTo(new Reserved("2026-11", ONE));
        assertThat(budget.status(DEFAULT_ACCOUNT).used()).isEqualTo(1);
        assertThat(budget.status(DEFAULT_ACCOUNT).left()).hasValue(2);
    }

    @Test
    void usedUpBudgetRefusesUntilTheNextMonth() {
        CreditBudget budget = budgetOf(2);
        budget.reserve(ONE);
        budget.reserve(ONE);

        assertThat(budget.reserve(ONE)).isEqualTo(new Exhausted(DECEMBER, By.ACCOUNT));
        assertThat(budget.status(DEFAULT_ACCOUNT).used()).isEqualTo(2);
    }

    @Test
    void aBudgetOfZeroIsExhaustedFromTheStart() {
        assertThat(budgetOf(0).reserve(ONE)).isEqualTo(new Exhausted(DECEMBER, By.ACCOUNT));
    }

    @Test
    void theNextMonthBeginsAtMidnightUtcWithTheWholeBudget() {
        CreditBudget budget = budgetOf(1);
        budget.reserve(ONE);

        clock.advance(Duration.ofSeconds(30).minusMillis(1));
        assertThat(budget.reserve(ONE)).isInstanceOf(Exhausted.class);

        clock.advance(Duration.ofMillis(1));
        assertThat(budget.status(DEFAULT_ACCOUNT).used()).isZero();
        assertThat(budget.reserve(ONE)).isEqualTo(new Reserved("2026-12", ONE));
        assertThat(budget.reserve(ONE)).isEqualTo(new Exhausted(Instant.parse("2027-01-01T00:00:00Z"), By.ACCOUNT));
    }

    @Test
    void aCreditGivenBackCanBeTakenAgain() {
        CreditBudget budget = budgetOf(1);
        Reserved reserved = (Reserved) budget.reserve(ONE);

        budget.giveBack(reserved);

        assertThat(budget.status(DEFAULT_ACCOUNT).used()).isZero();
        assertThat(budget.reserve(ONE)).isInstanceOf(Reserved.class);
    }

    @Test
    void aCreditGoesBackToTheMonthItWasTakenFrom() {
        CreditBudget budget = budgetOf(1);
        Reserved november = (Reserved) budget.reserve(ONE);
        clock.advance(Duration.ofMinutes(1));
        budget.reserve(ONE);

        budget.giveBack(november);

        assertThat(budget.status(DEFAULT_ACCOUNT).used()).isEqualTo(1);
        assertThat(budget.reserve(ONE)).isInstanceOf(Exhausted.class);
        clock.advance(Duration.ofMinutes(-1));
        assertThat(budget.status(DEFAULT_ACCOUNT).used()).isZero();
    }

    @Test
    void countIsNeverBelowZero() {
        CreditBudget budget = budgetOf(1);
        Reserved reserved = (Reserved) budget.reserve(ONE);

        budget.giveBack(reserved);
        budget.giveBack(reserved);

        assertThat(budget.status(DEFAULT_ACCOUNT).used()).isZero();
        budget.reserve(ONE);
        assertThat(budget.reserve(ONE)).isInstanceOf(Exhausted.class);
    }

    @Test
    void withoutALimitCreditsAreCountedAllTheSame() {
        CreditBudget budget = budget(Budgets.of(OptionalLong.empty()), clock);

        assertThat(budget.reserve(ONE)).isEqualTo(new Reserved("2026-11", ONE));
        assertThat(budget.reserve(ONE)).isEqualTo(new Reserved("2026-11", ONE));
        assertThat(budget.status(DEFAULT_ACCOUNT)).isEqualTo(new CreditBudget.Status(2, OptionalLong.empty()));
    }

    @Test
    void theCountSurvivesTheInstance() {
        budgetOf(2).reserve(ONE);
        budgetOf(2).reserve(ONE);

        assertThat(budgetOf(2).status(DEFAULT_ACCOUNT).used()).isEqualTo(2);
        assertThat(budgetOf(2).reserve(ONE)).isInstanceOf(Exhausted.class);
    }

    @Test
    void limitLoweredBelowTheUsageLeavesNothing() {
        budgetOf(3).reserve(ONE);
        budgetOf(3).reserve(ONE);

        CreditBudget lowered = budgetOf(1);

        assertThat(lowered.reserve(ONE)).isInstanceOf(Exhausted.class);
        assertThat(lowered.status(DEFAULT_ACCOUNT)).isEqualTo(new CreditBudget.Status(2, OptionalLong.of(1)));
        assertThat(lowered.status(DEFAULT_ACCOUNT).left()).hasValue(0);
    }

    @Test
    void concurrentReservationsNeverExceedTheLimit() throws Exception {
        List<CreditBudget> instances = List.of(budgetOf(25), budgetOf(25));
        List<Callable<Decision>> reservations = IntStream.range(0, 60)
                .<Callable<Decision>>mapToObj(i -> () -> instances.get(i % 2).reserve(ONE))
                .toList();

        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Decision>> decisions = threads.invokeAll(reservations);

            assertThat(decisions)
                    .extracting(Future::get)
                    .satisfies(all -> assertThat(all)
                            .filteredOn(Reserved.class::isInstance)
                            .hasSize(25));
        }
        assertThat(budgetOf(25).status(DEFAULT_ACCOUNT).used()).isEqualTo(25);
    }

    @Test
    void concurrentReservationsAndReturnsAreAllCounted() throws Exception {
        CreditBudget budget = budget(Budgets.of(OptionalLong.empty()), clock);
        Callable<Boolean> takeTwoGiveOneBack = () -> {
            budget.reserve(ONE);
            budget.giveBack((Reserved) budget.reserve(ONE));
            return true;
        };

        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            assertThat(threads.invokeAll(Collections.nCopies(20, takeTwoGiveOneBack)))
                    .extracting(Future::get)
                    .containsOnly(true);
        }

        assertThat(budget.status(DEFAULT_ACCOUNT).used()).isEqualTo(20);
    }

    private CreditBudget budgetOf(long limit) {
        return budget(Budgets.of(OptionalLong.of(limit)), clock);
    }
}
