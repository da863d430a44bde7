package dev.afterimage.limit;

import io.smallrye.config.ConfigMapping;
import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Port: counts what images cost in a month, in the provider's own unit (images, credits, tokens): by account, by
 * template and by tenant. A cost is counted before its call leaves. Months are calendar months in UTC. Every operation
 * may fail with a {@link FleetUnavailableException}; then nothing may be bought.
 */
public interface CreditBudget {

    /** Counts a cost if the budgets have room for it. */
    Decision reserve(Charge charge);

    /** Replaces the reserved cost by the true one; no count falls below zero. */
    void settle(Reserved reservation, double cost);

    /** Gives back what was certainly not billed. */
    default void giveBack(Reserved reservation) {
        settle(reservation, 0);
    }

    /** The current month's count of an account; kept also when no budget is set. */
    Status status(String account);

    /** The sum of the counts of several accounts of one provider; without a limit when one of them has none. */
    default Status status(List<String> accounts) {
        return accounts.stream().map(this::status).reduce(Status::plus).orElseThrow();
    }

    /** What a month's images cost, in the order of the names; empty for a month without any. */
    List<Usage> usage(String month, By by);

    /** The month in which costs are counted now. */
    static YearMonth currentMonth(Clock clock) {
        return monthOf(clock.instant());
    }

    /** The month in which a call that left then is counted. */
    static YearMonth monthOf(Instant departed) {
        return YearMonth.from(departed.atOffset(ZoneOffset.UTC));
    }

    /** The kinds of names by which costs are counted. */
    enum By {
        ACCOUNT,
        TEMPLATE,
        TENANT
    }

    /** What the images of one account, template or tenant cost. */
    record Usage(String name, double cost) {}

    /**
     * The expected cost of a call, and the account, template and tenant that it counts for.
     *
     * @param account the provider's account
     * @param cost 0 or more, in the provider's unit
     */
    record Charge(String account, String template, String tenant, double cost) {

        private static final double MICROS = 1_000_000;

        /** The name by which this is counted. */
        public String name(By by) {
            return switch (by) {
                case ACCOUNT -> account;
                case TEMPLATE -> template;
                case TENANT -> tenant;
            };
        }

        /** A cost in millionths of the unit: it is counted in whole numbers, so that sums are exact. */
        public static long micros(double cost) {
            return Math.round(cost * MICROS);
        }

        /** Millionths as a cost in the provider's unit. */
        public static double cost(long micros) {
            return micros / MICROS;
        }
    }

    /**
     * What may be spent in a month, in the provider's unit. An account without a budget has no limit.
     *
     * @param perTenant the budget of a tenant that is not named; the service itself has none. Negative for no limit
     */
    record Budgets(Map<String, Double> accounts, Map<String, Double> tenants, double perTenant) {

        private static final long NONE = -1;

        /** A budget of {@link Purchase#DEFAULT_ACCOUNT}, and no limits for tenants. */
        public static Budgets of(OptionalLong limit) {
            return new Budgets(
                    limit.isPresent() ? Map.of(Purchase.DEFAULT_ACCOUNT, (double) limit.getAsLong()) : Map.of(),
                    Map.of(),
                    NONE);
        }

        /** The account's budget in millionths; -1 for no limit. */
        public long ofAccount(String name) {
            return micros(accounts.getOrDefault(name, (double) NONE));
        }

        /** The tenant's budget in millionths; -1 for no limit. */
        public long ofTenant(String name) {
            return micros(tenants.getOrDefault(name, name.equals(Caller.SERVICE.tenant()) ? NONE : perTenant));
        }

        private static long micros(double limit) {
            return limit < 0 ? NONE : Charge.micros(limit);
        }

        /** The state of an account, when {@code usedMicros} millionths of its budget are used. */
        public Status status(String account, long usedMicros) {
            long limit = ofAccount(account);
            return new Status(
                    (long) Math.ceil(Charge.cost(usedMicros)),
                    limit < 0 ? OptionalLong.empty() : OptionalLong.of((long) Charge.cost(limit)));
        }
    }

    /** The answer to {@link #reserve}. */
    sealed interface Decision permits Reserved, Exhausted {}

    /**
     * The cost is counted.
     *
     * @param month the month in which the cost is counted, such as {@code 2026-11}; a later settlement changes the count of
     *     that month, even if it is over
     */
    record Reserved(String month, Charge charge) implements Decision {}

    /**
     * The cost is not counted, because a budget has no room for it.
     *
     * @param until the start of the next month
     * @param by whose budget has no room: the account's or the tenant's
     */
    record Exhausted(Instant until, By by) implements Decision {

        /** There is no budget in this month. */
        public static Exhausted in(YearMonth month, By by) {
            return new Exhausted(
                    month.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant(), by);
        }
    }

    /**
     * The count of a month, for the operator.
     *
     * @param used in whole units, rounded up
     * @param limit the month's credits; empty when no budget is set
     */
    record Status(long used, OptionalLong limit) {

        private Status plus(Status other) {
            boolean limited = limit.isPresent() && other.limit.isPresent();
            return new Status(
                    used + other.used,
                    limited ? OptionalLong.of(limit.getAsLong() + other.limit.getAsLong()) : OptionalLong.empty());
        }

        public OptionalLong left() {
            return limit.isEmpty() ? limit : OptionalLong.of(Math.max(0, limit.getAsLong() - used));
        }
    }

    /** What tenants may spend in a calendar month (UTC), in the provider's own unit. */
    @ConfigMapping(prefix = "afterimage.budget")
    interface BudgetConfig {

        /**
         * The budget of each tenant that {@link #tenants()} does not name; no limit where left out. A tenant is a caller
         * under the name with which it was authenticated; all others together are {@code anonymous}. Catalogues and
         * refreshes count for the tenant {@code service}, which has no limit unless {@link #tenants()} names it.
         */
        OptionalDouble perTenant();

        /** The budgets of single tenants by name, such as {@code afterimage.budget.tenants."acme"=500}. */
        Map<String, Double> tenants();
    }
}
