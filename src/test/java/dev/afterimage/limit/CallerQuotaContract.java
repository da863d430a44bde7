package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.CallerQuota.Decision.Allowed;
import dev.afterimage.limit.CallerQuota.Decision.Exceeded;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The contract of every {@link CallerQuota}. Tests begin at twelve minutes before the hour. */
public abstract class CallerQuotaContract {

    private static final Caller ANN = new Caller("ann");
    private static final Caller BOB = new Caller("bob");

    /** A quota of which nothing is spent, at twelve minutes before the hour. */
    protected abstract CallerQuota quota(OptionalInt limit);

    protected abstract void advance(Duration step);

    @Test
    void callerMaySpendItsLimitAndNoMore() {
        CallerQuota quota = quota(OptionalInt.of(2));

        assertThat(quota.spend(ANN)).isInstanceOf(Allowed.class);
        assertThat(quota.spend(ANN)).isInstanceOf(Allowed.class);
        assertThat(quota.spend(ANN)).isEqualTo(new Exceeded(Duration.ofMinutes(12)));
    }

    @Test
    void callersHaveSeparateQuotas() {
        CallerQuota quota = quota(OptionalInt.of(1));
        quota.spend(ANN);

        assertThat(quota.spend(BOB)).isInstanceOf(Allowed.class);
    }

    @Test
    void theNextHourBeginsAnew() {
        CallerQuota quota = quota(OptionalInt.of(1));
        quota.spend(ANN);

        advance(Duration.ofMinutes(11));
        assertThat(quota.spend(ANN)).isEqualTo(new Exceeded(Duration.ofMinutes(1)));

        advance(Duration.ofMinutes(1));
        assertThat(quota.spend(ANN)).isInstanceOf(Allowed.class);
        assertThat(quota.spend(ANN)).isEqualTo(new Exceeded(Duration.ofHours(1)));
    }

    @Test
    void returnedQuotaMayBeSpentAgain() {
        CallerQuota quota = quota(OptionalInt.of(1));
        quota.giveBack(ANN, spent(quota));

        assertThat(quota.spend(ANN)).isInstanceOf(Allowed.class);
        assertThat(quota.spend(ANN)).isInstanceOf(Exceeded.class);
    }

    @Test
    void whatWasSpentInAnEarlierHourIsNotGivenBackToThisOne() {
        CallerQuota quota = quota(OptionalInt.of(1));
        Allowed earlier = spent(quota);
        advance(Duration.ofMinutes(12));
        quota.spend(ANN);

        quota.giveBack(ANN, earlier);

        assertThat(quota.spend(ANN)).isInstanceOf(Exceeded.class);
    }

    private static Allowed spent(CallerQuota quota) {
        return (Allowed) quota.spend(ANN);
    }

    @Test
    void givingBackOneOfManyLeavesTheOthersSpent() {
        CallerQuota quota = quota(OptionalInt.of(3));
        quota.spend(ANN);
        quota.spend(ANN);
        quota.giveBack(ANN, spent(quota));

        assertThat(quota.spend(ANN)).isInstanceOf(Allowed.class);
        assertThat(quota.spend(ANN)).isInstanceOf(Exceeded.class);
    }

    @Test
    void aRefusedRequestSpendsNothing() {
        CallerQuota quota = quota(OptionalInt.of(1));
        Allowed first = spent(quota);
        quota.spend(ANN);
        quota.giveBack(ANN, first);

        assertThat(quota.spend(ANN)).isInstanceOf(Allowed.class);
    }

    @Test
    void returningUnspentQuotaDoesNotRaiseTheLimit() {
        CallerQuota quota = quota(OptionalInt.of(1));
        Allowed counted = spent(quota);
        quota.giveBack(ANN, counted);
        quota.giveBack(ANN, counted);

        assertThat(quota.spend(ANN)).isInstanceOf(Allowed.class);
        assertThat(quota.spend(ANN)).isInstanceOf(Exceeded.class);
    }

    @Test
    void withoutALimitEverythingIsAllowed() {
        CallerQuota quota = quota(OptionalInt.empty());

        for (int request = 0; request < 100; request++) {
            assertThat(quota.spend(ANN)).isInstanceOf(Allowed.class);
        }
    }
}
