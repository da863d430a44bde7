package dev.afterimage.limit;

/**
 * The slots of one window, and the calls planned for them. A slot is taken by a departure, and free again one
 * {@linkplain Limits#slotTime() slot time} later. All times are nanoseconds since an origin of the owner's choice; the
 * owner guards it against concurrent use.
 *
 * <p>Only {@link #departure} and {@link #depart} keep the limit: a call leaves at {@code t} only when the departures
 * after {@code t} minus one slot time, those later than {@code t} included, are fewer than the slots. A window that
 * contains {@code t} and is no longer than a slot time can hold no other departures than those.
 *
 * <p>{@link #plan} is an estimate. A new call starts now when more slots are free than planned calls are due. Else it
 * starts at the later of two times: one slot time after the planned call that is as many calls ahead of it as there are
 * slots, and the time at which the departed calls' slots are free for it and for all calls planned before it. Both are
 * needed: plans do not know of calls that left late, and departures do not know of gaps between the planned calls.
 */
final class CallWindow {

    private int slots;
    private final long slotTime;
    private final long lead;
    private final SortedTimes departed = new SortedTimes();
    private final SortedTimes planned = new SortedTimes();

    /**
     * A window without calls.
     *
     * @param lead see {@link Limits#lead()}
     */
    CallWindow(int slots, long slotTime, long lead) {
        this.slots = slots;
        this.slotTime = slotTime;
        this.lead = lead;
    }

    /** Changes the number of slots. Calls that have left keep theirs. */
    void resize(int newSlots) {
        slots = newSlots;
    }

    /**
     * Frees the slots whose time is over, and forgets planned calls that did not leave. To be called before anything
     * else.
     */
    void advanceTo(long now) {
        departed.removeUpTo(now - slotTime);
        planned.removeUpTo(now - lead);
    }

    /** When a call that comes now may be expected to start, not before {@code earliest}. */
    long plan(long now, long earliest) {
        boolean unclaimed = slots - departed.size() > planned.countUpTo(now + lead);
        if (unclaimed && earliest <= now) {
            return now;
        }
        return Math.max(behindPlanned(earliest), behindDeparted(earliest));
    }

    void reserve(long start) {
        planned.add(start);
    }

    void giveBack(long start) {
        planned.remove(start);
    }

    /** The first moment from now at which a call may leave. */
    long departure(long now) {
        int oldest = departed.size() - slots;
        return oldest < 0 ? now : Math.max(now, departed.get(oldest) + slotTime);
    }

    /** Takes a slot from {@code departure} on. */
    void depart(long departure) {
        departed.add(departure);
    }

    /** Frees the slot of a call that took it and did not leave. */
    void cancel(long departure) {
        departed.remove(departure);
    }

    private long behindPlanned(long earliest) {
        int predecessor = planned.size() - slots;
        return predecessor < 0 ? earliest : Math.max(earliest, planned.get(predecessor) + slotTime);
    }

    private long behindDeparted(long earliest) {
        int rounds = planned.size() / slots;
        int predecessor = departed.size() - slots + planned.size() % slots;
        long first = predecessor < 0 ? earliest : Math.max(earliest, departed.get(predecessor) + slotTime);
        return first + rounds * slotTime;
    }
}
