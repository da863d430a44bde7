package dev.afterimage.cache;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What a plan asks of an image: that it stays fresh until the next plan has run. An image that was made since the plan began
 * is good enough, too, even if it does not stay fresh for so long: otherwise a job that is delivered twice would be billed
 * twice.
 *
 * @param since when the plan began, whole milliseconds
 * @param until when the next plan will surely have run
 */
public record Horizon(Instant since, Instant until) {

    /** No demand: every image that is fresh now is good enough. */
    public static final Horizon NONE = new Horizon(Instant.EPOCH, Instant.EPOCH);

    /**
     * The horizon of a plan.
     *
     * @param start when the plan began
     * @param period the time until the next plan begins, which is given a quarter of that time to run
     */
    public static Horizon ofPlan(Instant start, Duration period) {
        Instant since = start.truncatedTo(ChronoUnit.MILLIS);
        return new Horizon(since, since.plus(period).plus(period.dividedBy(4)));
    }

    /** Whether this image is good enough for the plan, provided that it is still fresh. */
    public boolean isMetBy(IndexEntry entry) {
        return !entry.freshUntil().isBefore(until) || !entry.createdAt().isBefore(since);
    }
}
