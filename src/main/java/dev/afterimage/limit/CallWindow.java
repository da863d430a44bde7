package dev.afterimage.limit;

/**
 * The slots of one window, and the calls planned for them. All times are nanoseconds since an origin of the owner's choice;
 * the owner guards it against concurrent use.
 *
 * <p>What keeps the limit is {@link #departure} and {@link #depart} alone: a call leaves at {@code t} only when fewer
 * departures than slots are newer than {@code t} minus the slot time, later ones included. Any window that holds
 * {@code t} and is no longer than a slot time holds none but those and {@code t} itself.
 *
 * <p>{@link #plan} only guesses well. A newcomer starts now when more slots are free than calls are due. Else its place is
 * behind both the plan (a slot time after the call planned as many calls ago as there are slots) and the truth (as many
 * free slots from now as there are calls planned), because the plan forgets delays and the truth forgets gaps.
 */
final class CallWindow {

    private int slots;
    private final long slotTime;
    private final long lead;
    private final SortedTimes departed = new SortedTimes();
    private final SortedTimes planned = new SortedTimes();

    CallWindow(int slots, long slotTime, long lead) {
        this.slots = slots;
        this.slotTime = slotTime;
        this.lead = lead;
    }

    /** From now on it has so many slots; calls that have left stay in theirs. */
    void resize(int newSlots) {
        slots = newSlots;
    }

    /** Frees the slots whose time is over, and forgets the plans that nobody kept. To be called before anything else. */
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
        return Math.max(behindPlan(earliest), behindTruth(earliest));
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

    /** Gives the slot of a call back that did not leave after all. */
    void cancel(long departure) {
        departed.remove(departure);
    }

    private long behindPlan(long earliest) {
        int predecessor = planned.size() - slots;
        return predecessor < 0 ? earliest : Math.max(earliest, planned.get(predecessor) + slotTime);
    }

    private long behindTruth(long earliest) {
        int rounds = planned.size() / slots;
        int predecessor = departed.size() - slots + planned.size() % slots;
        long first = predecessor < 0 ? earliest : Math.max(earliest, departed.get(predecessor) + slotTime);
        return first + rounds * slotTime;
    }
}
