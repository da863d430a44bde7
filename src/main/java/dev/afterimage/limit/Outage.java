package dev.afterimage.limit;

/**
 * What an instance knows of the time for which the fleet's limiter cannot be asked. All times are monotonic nanoseconds.
 *
 * @param times of the fleet
 * @param firstFailure when the first question was asked in vain after the last one that was answered
 * @param since from then on less time has passed between two questions than {@link OutageTimes#noticedWithin}
 * @param lastFailure when the latest question was asked in vain
 */
record Outage(OutageTimes times, long firstFailure, long since, long lastFailure) {

    /** An outage of which a first question has told. */
    static Outage begun(OutageTimes times, long asked) {
        return new Outage(times, asked, asked, asked);
    }

    /** The same outage after one more question that was asked in vain. */
    Outage after(long asked) {
        boolean wasIdle = asked - lastFailure >= times.noticedWithin().toNanos();
        return new Outage(times, firstFailure, wasIdle ? asked : since, Math.max(lastFailure, asked));
    }

    /** Whether it is still certain that the limiter cannot be asked: somebody has just tried. */
    boolean isCertainAt(long now) {
        return now - lastFailure < times.knownFor().toNanos();
    }

    /** How much longer it takes until this instance may use its share; zero or less: it may. */
    long untilShare(long now, long shareAfter) {
        return since + shareAfter - now;
    }

    /**
     * Whether other instances may have begun to use their shares. They have not after a hiccup; and when this instance was
     * idle for a while, others who were not have found the limiter before it.
     */
    boolean othersMayUseTheirShares(long now, long settling, long shareAfter) {
        boolean wasLong = now - firstFailure >= shareAfter - times.apart().toNanos();
        boolean wasJustNow =
                now - lastFailure < settling + times.noticedWithin().toNanos();
        return wasLong && wasJustNow;
    }
}
