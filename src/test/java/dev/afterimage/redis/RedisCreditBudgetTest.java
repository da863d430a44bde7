package dev.afterimage.redis;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.CreditBudgetContract;
import dev.afterimage.testing.MemoryImageStore;
import dev.afterimage.testing.RedisProcess;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RedisCreditBudgetTest extends CreditBudgetContract {

    @AutoClose
    private final RedisClients clients = new RedisClients();

    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    private final List<String> notes = new ArrayList<>();
    private final MemoryImageStore store = new MemoryImageStore() {

        @Override
        public void note(String name, String count) {
            notes.add(count);
            super.note(name, count);
        }
    };

    @Override
    protected CreditBudget budget(CreditBudget.Budgets budgets, Clock clock) {
        return new RedisCreditBudget(
                clients.link(RedisProcess.shared().url()),
                clients.settings(),
                budgets,
                store,
                () -> UUID.randomUUID().toString(),
                clock);
    }

    @Test
    void countLostByRedisIsRestoredByALivingProcess() {
        CreditBudget one = budget(CreditBudget.Budgets.of(OptionalLong.of(10)), clock);
        CreditBudget other = budget(CreditBudget.Budgets.of(OptionalLong.of(10)), clock);
        other.reserve(ONE);
        for (int credit = 0; credit < 6; credit++) {
            one.reserve(ONE);
        }

        clients.forget(RedisProcess.shared().url());
        other.reserve(ONE);
        one.reserve(ONE);

        assertThat(one.status(DEFAULT_ACCOUNT).used()).isEqualTo(8);
    }

    @Test
    void countLostByRedisIsRestoredFromItsNoteInTheStore() {
        clock.advance(A_MINUTE); // into the next month, which lasts
        CreditBudget one = budget(CreditBudget.Budgets.of(OptionalLong.of(10)), clock);
        for (int credit = 0; credit < 6; credit++) {
            one.reserve(ONE);
            clock.advance(RedisCreditBudget.NOTED_EVERY);
        }
        one.reserve(ONE);

        clients.forget(RedisProcess.shared().url());

        assertThat(budget(CreditBudget.Budgets.of(OptionalLong.of(10)), clock)
                        .status(DEFAULT_ACCOUNT)
                        .used())
                .isEqualTo(7);
    }

    @Test
    void countIsNotedAtTheFirstCreditAndThenPeriodically() {
        clock.advance(A_MINUTE);
        CreditBudget one = budget(CreditBudget.Budgets.of(OptionalLong.of(10)), clock);
        one.reserve(ONE);
        one.reserve(ONE);
        assertThat(notes).hasSize(1);

        clock.advance(RedisCreditBudget.NOTED_EVERY);
        one.reserve(ONE);

        assertThat(notes).hasSize(2).last().asString().contains(" 3000000 ");
    }

    @Test
    void noteKeepsTheCountsOfOtherProcesses() {
        clock.advance(A_MINUTE);
        CreditBudget.Budgets both = new CreditBudget.Budgets(Map.of("default", 10.0, "art", 10.0), Map.of(), -1);
        budget(both, clock).reserve(ONE);
        budget(both, clock).reserve(new CreditBudget.Charge("art", "hero", "bob", 7));

        clients.forget(RedisProcess.shared().url());

        assertThat(budget(both, clock).status(DEFAULT_ACCOUNT).used()).isEqualTo(1);
        assertThat(budget(both, clock).status("art").used()).isEqualTo(7);
    }

    /** A bug: a process that had called another account long ago noted its old count of it. */
    @Test
    void noteKeepsTheNewerCountOfAnAccountThatAnotherProcessCalls() {
        clock.advance(A_MINUTE);
        CreditBudget.Budgets both = new CreditBudget.Budgets(Map.of("default", 10.0, "art", 10.0), Map.of(), -1);
        CreditBudget old = budget(both, clock);
        old.reserve(ONE);
        CreditBudget newer = budget(both, clock);
        for (int credit = 0; credit < 4; credit++) {
            clock.advance(RedisCreditBudget.NOTED_EVERY);
            newer.reserve(ONE);
        }
        old.reserve(new CreditBudget.Charge("art", "hero", "bob", 7));

        clients.forget(RedisProcess.shared().url());

        assertThat(budget(both, clock).status(DEFAULT_ACCOUNT).used()).isEqualTo(5);
        assertThat(budget(both, clock).status("art").used()).isEqualTo(7);
    }

    @Test
    void malformedNoteIsIgnored() {
        store.note(RedisCreditBudget.NOTE, "lost");
        assertThat(budget(CreditBudget.Budgets.of(OptionalLong.of(10)), clock)
                        .status(DEFAULT_ACCOUNT)
                        .used())
                .isZero();
    }

    @Test
    void withoutALimitNothingIsNoted() {
        budget(CreditBudget.Budgets.of(OptionalLong.empty()), clock).reserve(ONE);
        assertThat(notes).isEmpty();
    }
}
