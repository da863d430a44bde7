package dev.afterimage.limit;

import java.time.Duration;
import java.util.OptionalInt;

/** Computes what one instance may do by itself. */
final class EmergencyShare {

    private EmergencyShare() {}

    /**
     * The share of the fleet's limits. What comes to less than one call a window becomes one call in a longer one; what comes
     * to less than one call in flight becomes one call, so seldom that on average as few are in flight.
     */
    static Limits of(Limits fleet, double share) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("afterimage.provider.emergency-share must be above 0 and at most 1");
        }
        double calls = fleet.rate() * share;
        int rate = Math.max(1, (int) Math.floor(calls));
        Duration window = calls >= 1 ? fleet.window() : stretched(fleet.window(), calls);
        if (fleet.concurrency().isEmpty()) {
            return new Limits(rate, window, OptionalInt.empty(), fleet.bulkShare(), fleet.longestCall());
        }
        double places = fleet.concurrency().getAsInt() * share;
        if (places >= 1) {
            OptionalInt concurrency = OptionalInt.of((int) Math.floor(places));
            return new Limits(rate, window, concurrency, fleet.bulkShare(), fleet.longestCall());
        }
        Duration seldom = stretched(fleet.longestCall(), places);
        Duration perCall = window.dividedBy(rate);
        return new Limits(
                1,
                seldom.compareTo(perCall) > 0 ? seldom : perCall,
                OptionalInt.of(1),
                fleet.bulkShare(),
                fleet.longestCall());
    }

    private static Duration stretched(Duration duration, double part) {
        return Duration.ofNanos((long) Math.ceil(duration.toNanos() / part));
    }
}
