package dev.afterimage.local;

import dev.afterimage.limit.BudgetUnavailableException;
import dev.afterimage.limit.CreditBudget;
import java.time.Clock;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.OptionalLong;

/**
 * The credits used, a row a month. Synced before a credit is handed out, because what a power cut makes forgotten would be
 * spent twice. Former months stay, as a record of a few bytes.
 */
public final class SqliteCreditBudget implements CreditBudget {

    private final Access database;
    private final OptionalLong limit;
    private final Clock clock;

    /**
     * A budget.
     *
     * @param limit the month's credits; empty counts without a limit
     */
    public SqliteCreditBudget(Database database, OptionalLong limit, Clock clock) {
        this.database = database.failingWith(BudgetUnavailableException::new);
        this.limit = limit;
        this.clock = clock;
    }

    @Override
    public Decision reserve() {
        YearMonth month = currentMonth();
        long most = limit.orElse(Long.MAX_VALUE);
        int taken = database.promise(session -> session.update(
                "INSERT INTO credits (month, used) SELECT ?, 1 WHERE ? > 0"
                        + " ON CONFLICT (month) DO UPDATE SET used = used + 1 WHERE used < ?",
                month.toString(),
                most,
                most));
        return taken > 0
                ? new Reserved(month.toString())
                : new Exhausted(month.plusMonths(1)
                        .atDay(1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant());
    }

    @Override
    public void giveBack(Reserved reservation) {
        database.promise(session ->
                session.update("UPDATE credits SET used = used - 1 WHERE month = ? AND used > 0", reservation.month()));
    }

    @Override
    public Status status() {
        String month = currentMonth().toString();
        return new Status(
                database.read(session -> session.number("SELECT used FROM credits WHERE month = ?", month)), limit);
    }

    private YearMonth currentMonth() {
        return YearMonth.from(clock.instant().atOffset(ZoneOffset.UTC));
    }
}
