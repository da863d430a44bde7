package dev.afterimage.filesystem;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The state of one job, written in a name of an empty file, so that one rename changes it for everybody.
 *
 * @param index the job's line in its segment, from 0
 * @param attempts failed attempts so far
 * @param deliveries how often it was handed out since it was last put back
 * @param due when it may be handed out (milliseconds): a waiting job's start, a claimed job's visibility timeout
 * @param token the claim that holds it; empty while it waits
 */
record JobMark(int index, int attempts, int deliveries, long due, String token) {

    private static final Pattern FORM =
            Pattern.compile("(\\d{1,9})~(\\d{1,9})~(\\d{1,9})~(\\d{1,18})~([0-9a-z]{0,40})");

    static JobMark waiting(int index) {
        return new JobMark(index, 0, 0, 0, "");
    }

    static Optional<JobMark> parse(String fileName) {
        Matcher form = FORM.matcher(fileName);
        return form.matches()
                ? Optional.of(new JobMark(
                        Integer.parseInt(form.group(1)),
                        Integer.parseInt(form.group(2)),
                        Integer.parseInt(form.group(3)),
                        Long.parseLong(form.group(4)),
                        form.group(5)))
                : Optional.empty();
    }

    String fileName() {
        return index + "~" + attempts + "~" + deliveries + "~" + due + "~" + token;
    }

    boolean isDue(Instant now) {
        return due <= now.toEpochMilli();
    }

    JobMark claimed(String newToken, Instant until) {
        return new JobMark(index, attempts, deliveries + 1, until.toEpochMilli(), newToken);
    }

    JobMark extended(Instant until) {
        return new JobMark(index, attempts, deliveries, until.toEpochMilli(), token);
    }

    JobMark putBack(Instant newDue, boolean countsAsAttempt) {
        return new JobMark(index, countsAsAttempt ? attempts + 1 : attempts, 0, newDue.toEpochMilli(), "");
    }
}
