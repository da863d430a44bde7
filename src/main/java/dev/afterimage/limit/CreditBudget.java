package dev.afterimage.limit;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * Port: the month's credits at the provider, counted before they are spent. Months are calendar months in UTC.
 * Every operation may fail with a {@link BudgetUnavailableException}; then nothing may be spent.
 */
public interface CreditBudget {

    /** Takes one credit, or says until when there is none. */
    Decision reserve();

    /** Gives a credit back whose call was certainly not billed; never below zero. */
    void giveBack(Reserved reservation);

    /** The current month's count; kept also when no budget is set. */
    Status status();

    /** The answer to {@link #reserve}. */
    sealed interface Decision permits Reserved, Exhausted {}

    /**
     * A credit was taken.
     *
     * @param month the month it was taken from, such as {@code 2026-11}, so that it goes back where it came from
     */
    record Reserved(String month) implements Decision {}

    /**
     * There is none left.
     *
     * @param until the start of the next month
     */
    record Exhausted(Instant until) implements Decision {}

    /**
     * What the operator sees.
     *
     * @param limit the month's credits; empty when no budget is set
     */
    record Status(long used, OptionalLong limit) {

        public OptionalLong left() {
            return limit.isEmpty() ? limit : OptionalLong.of(Math.max(0, limit.getAsLong() - used));
        }
    }
}
