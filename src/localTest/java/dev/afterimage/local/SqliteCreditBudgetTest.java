package dev.afterimage.local;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static dev.afterimage.testing.Limiters.ONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.CreditBudgetContract;
import dev.afterimage.limit.FleetUnavailableException;
import java.time.Clock;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SqliteCreditBudgetTest extends CreditBudgetContract {

    @RegisterExtension
    final OpenDatabase database = new OpenDatabase();

    @Override
    protected CreditBudget budget(CreditBudget.Budgets budgets, Clock clock) {
        return new SqliteCreditBudget(database.get(), budgets, clock);
    }

    @Test
    void creditsThatWereUsedStayUsedAfterARestart() {
        budget(CreditBudget.Budgets.of(OptionalLong.of(1)), clock).reserve(ONE);

        database.reopen();

        assertThat(budget(CreditBudget.Budgets.of(OptionalLong.of(1)), clock).reserve(ONE))
                .isInstanceOf(CreditBudget.Exhausted.class);
    }

    @Test
    void aReadOnlyDiskIsAFailureThatCountsNothing() {
        CreditBudget budget = budget(CreditBudget.Budgets.of(OptionalLong.of(10)), clock);
        budget.reserve(ONE);
        database.execute("PRAGMA query_only = ON");

        assertThatExceptionOfType(FleetUnavailableException.class)
                .isThrownBy(() -> budget.reserve(ONE))
                .withMessageContaining("afterimage.directory (" + database.directory() + ") cannot be used")
                .withMessageContaining("may read and write");

        assertThat(budget.status(DEFAULT_ACCOUNT).used()).isEqualTo(1);
    }
}
