package dev.afterimage.limit;

import java.time.Duration;
import java.util.List;

/**
 * A snapshot of the limiter's state.
 *
 * @param coolDownLeft how much longer the fleet pauses, because the provider asked for it; zero when it does not
 * @param inFlight places in flight that are taken now; always 0 where calls in flight are not limited
 * @param stops the lanes' stops; empty when there is none
 */
public record LimiterStatus(Duration coolDownLeft, int inFlight, List<LaneStop> stops) {

    public LimiterStatus {
        stops = List.copyOf(stops);
    }
}
