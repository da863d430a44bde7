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
    protected CreditBudget budget(OptionalLong limit, Clock clock) {
        return new RedisCreditBudget(
                clients.link(RedisProcess.shared().url()),
                clients.settings(),
                limit,
                () -> UUID.randomUUID().toString(),
                clock);
    }

    @Test
    void aCountThatRedisLostIsTakenUpAgain() {
        CreditBudget one = budget(OptionalLong.of(10), clock);
        CreditBudget other = budget(OptionalLong.of(10), clock);
        other.reserve();
        for (int credit = 0; credit < 6; credit++) {
            one.reserve();
        }

        clients.forget(RedisProcess.shared().url());
        other.reserve();
        one.reserve();

        assertThat(one.status().used()).isEqualTo(8);
    }
}
