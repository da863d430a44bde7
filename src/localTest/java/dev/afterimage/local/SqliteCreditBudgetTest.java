package dev.afterimage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.afterimage.limit.BudgetUnavailableException;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.CreditBudgetContract;
import java.time.Clock;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SqliteCreditBudgetTest extends CreditBudgetContract {

    @RegisterExtension
    final OpenDatabase database = new OpenDatabase();

    @Override
    protected CreditBudget budget(OptionalLong limit, Clock clock) {
        return new SqliteCreditBudget(database.get(), limit, clock);
    }

    @Test
    void creditsThatWereUsedStayUsedAfterARestart() {
        budget(OptionalLong.of(1), clock).reserve();

        database.reopen();

        assertThat(budget(OptionalLong.of(1), clock).reserve()).isInstanceOf(CreditBudget.Exhausted.class);
    }

    @Test
    void aReadOnlyDiskIsAFailureThatCountsNothing() {
        CreditBudget budget = budget(OptionalLong.of(10), clock);
        budget.reserve();
        database.execute("PRAGMA query_only = ON");

        assertThatExceptionOfType(BudgetUnavailableException.class)
                .isThrownBy(budget::reserve)
                .withMessageContaining("afterimage.directory (" + database.directory() + ") cannot be used")
                .withMessageContaining("may read and write");

        assertThat(budget.status().used()).isEqualTo(1);
    }
}
