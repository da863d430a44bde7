package dev.afterimage.filesystem;

import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a file of jobs: when they are due, when they were put on the queue (both in milliseconds), something unique,
 * and how many they are. Sorted by name is sorted by time, and a queue's depth is known from names alone.
 */
record SegmentName(long due, long created, String unique, int jobs) {

    static final Comparator<SegmentName> BY_TIME = Comparator.comparingLong(SegmentName::due)
            .thenComparingLong(SegmentName::created)
            .thenComparing(SegmentName::unique)
            .thenComparingInt(SegmentName::jobs);

    private static final Pattern FORM = Pattern.compile("(\\d{15})-(\\d{15})-([0-9a-z]{1,40})-(\\d{1,9})");

    static Optional<SegmentName> parse(String fileName) {
        Matcher form = FORM.matcher(fileName);
        return form.matches()
                ? Optional.of(new SegmentName(
                        Long.parseLong(form.group(1)),
                        Long.parseLong(form.group(2)),
                        form.group(3),
                        Integer.parseInt(form.group(4))))
                : Optional.empty();
    }

    String fileName() {
        return String.format(Locale.ROOT, "%015d-%015d-%s-%d", due, created, unique, jobs);
    }

    boolean isDue(Instant now) {
        return due <= now.toEpochMilli();
    }
}
