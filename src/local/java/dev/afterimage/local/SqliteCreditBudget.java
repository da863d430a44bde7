package dev.afterimage.local;

import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.FleetUnavailableException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.YearMonth;
import java.util.List;

/**
 * The budget in SQLite: a row for each month and name. A cost is synced before its call may leave: if a power cut lost the
 * count, the same credits would be spent once more. Former months are kept, at a few bytes each.
 */
public final class SqliteCreditBudget implements CreditBudget {

    private final Access database;
    private final Budgets budgets;
    private final Clock clock;

    /** A budget that is counted in this database. */
    public SqliteCreditBudget(Database database, Budgets budgets, Clock clock) {
        this.database = database.failingWith(FleetUnavailableException::new);
        this.budgets = budgets;
        this.clock = clock;
    }

    @Override
    public Decision reserve(Charge charge) {
        YearMonth now = CreditBudget.currentMonth(clock);
        String month = now.toString();
        long micros = Charge.micros(charge.cost());
        return database.changeSynced(session -> {
            for (By by : List.of(By.ACCOUNT, By.TENANT)) {
                String name = charge.name(by);
                long limit = by == By.ACCOUNT ? budgets.ofAccount(name) : budgets.ofTenant(name);
                long used = used(session, month, by, name);
                if (limit >= 0 && (used >= limit || used + micros > limit)) {
                    return Exhausted.in(now, by);
                }
            }
            add(session, month, charge, micros);
            return new Reserved(month, charge);
        });
    }

    @Override
    public void settle(Reserved reservation, double cost) {
        Charge charge = reservation.charge();
        long more = Charge.micros(cost) - Charge.micros(charge.cost());
        database.changeSynced(session -> {
            add(session, reservation.month(), charge, more);
            return true;
        });
    }

    private static void add(Session session, String month, Charge charge, long micros) throws SQLException {
        for (By by : By.values()) {
            session.update(
                    "INSERT INTO usage (month, kind, name, micros) VALUES (?, ?, ?, max(0, ?))"
                            + " ON CONFLICT (month, kind, name) DO UPDATE SET micros = max(0, micros + ?)",
                    month,
                    by.name(),
                    charge.name(by),
                    micros,
                    micros);
        }
    }

    private static long used(Session session, String month, By by, String name) throws SQLException {
        return session.number(
                "SELECT micros FROM usage WHERE month = ? AND kind = ? AND name = ?", month, by.name(), name);
    }

    @Override
    public Status status(String account) {
        String month = CreditBudget.currentMonth(clock).toString();
        return budgets.status(account, database.read(session -> used(session, month, By.ACCOUNT, account)));
    }

    @Override
    public List<Usage> usage(String month, By by) {
        return database.read(session -> session.list(
                "SELECT name, micros FROM usage WHERE month = ? AND kind = ? AND micros > 0 ORDER BY name",
                row -> new Usage(row.getString(1), Charge.cost(row.getLong(2))),
                month,
                by.name()));
    }
}
