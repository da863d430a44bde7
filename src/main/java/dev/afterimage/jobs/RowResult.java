package dev.afterimage.jobs;

/**
 * The end of one row.
 *
 * @param reason why it failed, without data values, cut to {@value #MOST_REASON} characters; empty when it did not
 */
public record RowResult(int line, RowOutcome outcome, String reason) {

    private static final int MOST_REASON = 500;

    public RowResult {
        reason = reason.length() > MOST_REASON ? reason.substring(0, MOST_REASON) : reason;
    }

    public static RowResult hit(int line) {
        return new RowResult(line, RowOutcome.HIT, "");
    }

    public static RowResult generated(int line) {
        return new RowResult(line, RowOutcome.GENERATED, "");
    }

    public static RowResult failed(int line, String reason) {
        return new RowResult(line, RowOutcome.FAILED, reason);
    }
}
