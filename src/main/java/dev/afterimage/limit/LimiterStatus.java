package dev.afterimage.limit;

import java.time.Duration;
import java.util.List;

/**
 * A snapshot of the limiter's state.
 *
 * @param accounts at least one, by name
 */
public record LimiterStatus(List<Account> accounts) {

    /**
     * The state of one account.
     *
     * @param coolDownLeft how much longer it pauses, because the provider asked for it; zero when it does not
     * @param inFlight places in flight that are taken now; always 0 where calls in flight are not limited
     * @param stops the lanes' stops; empty when there is none
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
