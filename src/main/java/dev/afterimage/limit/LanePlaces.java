package dev.afterimage.limit;

import java.util.OptionalInt;

/**
 * The places of calls in flight, and within them the bulk lane's own. A place comes back by itself at its time, because its
 * holder may be gone. Without a limit of calls in flight there is always one, and none is counted.
 */
final class LanePlaces {

    private final OptionalInt places;
    private final OptionalInt bulkPlaces;
    private final ExpiringTokens<Lane> taken = new ExpiringTokens<>();
    private final ExpiringTokens<Lane> takenByBulk = new ExpiringTokens<>();

    LanePlaces(Limits limits) {
        places = limits.concurrency();
        bulkPlaces = limits.bulkConcurrency();
    }

    void advanceTo(long now) {
        taken.expireUpTo(now);
        takenByBulk.expireUpTo(now);
    }

    boolean isFree(Lane lane) {
        return isBelow(taken, places) && (lane == Lane.INTERACTIVE || isBelow(takenByBulk, bulkPlaces));
    }

    private static boolean isBelow(ExpiringTokens<Lane> taken, OptionalInt places) {
        return places.isEmpty() || taken.size() < places.getAsInt();
    }

    /** Takes a place, or keeps the one of this token, until {@code expiry}. */
    void take(String token, Lane lane, long expiry) {
        if (places.isEmpty()) {
            return;
        }
        taken.put(token, lane, expiry);
        if (lane == Lane.BULK) {
            takenByBulk.put(token, lane, expiry);
        }
    }

    void giveBack(String token) {
        taken.remove(token);
        takenByBulk.remove(token);
    }

    int inFlight() {
        return taken.size();
    }
}
