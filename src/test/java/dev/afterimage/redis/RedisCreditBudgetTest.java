package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.CreditBudgetContract;
import dev.afterimage.testing.RedisProcess;
import java.time.Clock;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisCreditBudgetTest extends CreditBudgetContract {

    private final RedisClients clients = new RedisClients();

    @AfterEach
    void closeClients() {
        clients.close();
    }

    @Override
    protected CreditBudget budget(CreditBudget.Budgets budgets, Clock clock) {
        return new RedisCreditBudget(
                clients.link(RedisProcess.shared().url()),
                clients.settings(),
                budgets,
                () -> UUID.randomUUID().toString(),
                clock);
    }

    @Test
    void aCountThatRedisLostIsTakenUpAgain() {
        CreditBudget one = budget(CreditBudget.Budgets.of(OptionalLong.of(10)), clock);
        CreditBudget other = budget(CreditBudget.Budgets.of(OptionalLong.of(10)), clock);
        other.reserve(ONE);
        for (int credit = 0; credit < 6; credit++) {
            one.reserve(ONE);
        }

        clients.forget(RedisProcess.shared().url());
        other.reserve(ONE);
        one.reserve(ONE);

        assertThat(one.status().used()).isEqualTo(8);
    }
}
