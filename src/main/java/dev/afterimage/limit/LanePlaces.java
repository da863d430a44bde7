package dev.afterimage.limit;

import java.util.OptionalInt;

/**
 * The places for calls in flight, of which the bulk lane may take only some. A place that is not given back expires,
 * because its holder may have died. Where calls in flight are not limited, a place is always free and nothing is counted.
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

    /** Takes a place until {@code expiry}; where this token has one already, changes its expiry. */
    void take(String token, Lane lane, long expiry) {
        if (places.isEmpty()) {
            return;
        }
        taken.put(token, lane, expiry);
        if (lane == Lane.BULK) {
            takenByBulk.put(token, lane, expiry);
        }
    }

    /**
     * Moves the place that {@code from} holds to {@code to}, which holds it until {@code expiry}; does nothing when
     * {@code from} holds none.
     */
    void move(String from, String to, Lane lane, long expiry) {
        if (taken.remove(from) != null) {
            takenByBulk.remove(from);
            take(to, lane, expiry);
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
