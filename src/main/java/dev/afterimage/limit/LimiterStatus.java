package dev.afterimage.limit;

import java.time.Duration;
import java.util.List;

/**
 * The limiter's state of the moment.
 *
 * @param coolDownLeft zero when the provider asked for no pause
 * @param inFlight calls at the provider now; 0 where their number is not limited
 * @param stops why lanes stand still; empty when none does
 */
public record LimiterStatus(Duration coolDownLeft, int inFlight, List<LaneStop> stops) {

    public LimiterStatus {
        stops = List.copyOf(stops);
    }
}
