package dev.afterimage.limit;

import java.time.Duration;
import java.util.List;

/**
 * The limiter's state of the moment.
 *
 * @param accounts at least one
 */
public record LimiterStatus(List<Account> accounts) {

    /**
     * That of one account.
     *
     * @param coolDownLeft zero when the provider asked for no pause
     * @param inFlight calls at the provider now; 0 where their number is not limited
     * @param stops why lanes stand still; empty when none does
     */
    public record Account(String name, Duration coolDownLeft, int inFlight, List<LaneStop> stops) {

        public Account {
            stops = List.copyOf(stops);
        }
    }

    public LimiterStatus {
        accounts = List.copyOf(accounts);
    }

    /** Until the first account makes calls again. */
    public Duration coolDownLeft() {
        return accounts.stream()
                .map(Account::coolDownLeft)
                .min(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** Calls at the provider now, of those accounts where their number is limited. */
    public int inFlight() {
        return accounts.stream().mapToInt(Account::inFlight).sum();
    }
}
