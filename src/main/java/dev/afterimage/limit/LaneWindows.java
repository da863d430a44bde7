package dev.afterimage.limit;

/**
 * Two windows: one of the whole limit, and a smaller one of the bulk lane, whose calls count in both. Times and
 * operations are those of {@link CallWindow}.
 */
final class LaneWindows {

    private final Limits limits;
    private final CallWindow all;
    private final CallWindow bulk;

    LaneWindows(Limits limits, long slotTime, long lead) {
        this.limits = limits;
        all = new CallWindow(limits.rate(), slotTime, lead);
        bulk = new CallWindow(limits.bulkRate(), slotTime, lead);
    }

    /** Changes the limit to {@code rate} calls a window; the bulk lane keeps its share. */
    void resize(int rate) {
        all.resize(rate);
        bulk.resize(Math.max(1, (int) ((long) limits.bulkRate() * rate / limits.rate())));
    }

    void advanceTo(long now) {
        all.advanceTo(now);
        bulk.advanceTo(now);
    }

    long plan(Lane lane, long now, long earliest) {
        long start = all.plan(now, earliest);
        return lane == Lane.BULK ? Math.max(start, bulk.plan(now, earliest)) : start;
    }

    long departure(Lane lane, long now) {
        long departure = all.departure(now);
        return lane == Lane.BULK ? Math.max(departure, bulk.departure(now)) : departure;
    }

    void reserve(Lane lane, long start) {
        all.reserve(start);
        if (lane == Lane.BULK) {
            bulk.reserve(start);
        }
    }

    void giveBack(Lane lane, long start) {
        all.giveBack(start);
        if (lane == Lane.BULK) {
            bulk.giveBack(start);
        }
    }

    void depart(Lane lane, long departure) {
        all.depart(departure);
        if (lane == Lane.BULK) {
            bulk.depart(departure);
        }
    }

    void cancel(Lane lane, long departure) {
        all.cancel(departure);
        if (lane == Lane.BULK) {
            bulk.cancel(departure);
        }
    }
}
