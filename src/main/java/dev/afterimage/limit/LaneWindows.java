package dev.afterimage.limit;

import java.util.stream.Stream;

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

    /** The windows in which a call of this lane counts. */
    private Stream<CallWindow> of(Lane lane) {
        return lane == Lane.BULK ? Stream.of(all, bulk) : Stream.of(all);
    }

    long plan(Lane lane, long now, long earliest) {
        return of(lane).mapToLong(window -> window.plan(now, earliest)).max().orElseThrow();
    }

    long departure(Lane lane, long now) {
        return of(lane).mapToLong(window -> window.departure(now)).max().orElseThrow();
    }

    void reserve(Lane lane, long start) {
        of(lane).forEach(window -> window.reserve(start));
    }

    void giveBack(Lane lane, long start) {
        of(lane).forEach(window -> window.giveBack(start));
    }

    void depart(Lane lane, long departure) {
        of(lane).forEach(window -> window.depart(departure));
    }

    void cancel(Lane lane, long departure) {
        of(lane).forEach(window -> window.cancel(departure));
    }
}
