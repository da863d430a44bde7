package dev.afterimage.metrics;

import dev.afterimage.pipeline.ImageOutcome;

/** The words for how a request ended, the same in metrics, logs and the console. */
public final class RequestOutcome {

    public static final String HIT = "hit";
    public static final String STALE = "stale";
    public static final String STORED = "stored";
    public static final String COLLAPSED = "collapsed";
    public static final String PENDING = "pending";
    /** The provider will never draw it. */
    public static final String REJECTED = "rejected";
    /** A quota or a limit said no. */
    public static final String THROTTLED = "throttled";

    public static final String FAILED = "failed";

    private RequestOutcome() {}

    public static String of(ImageOutcome outcome) {
        return switch (outcome) {
            case ImageOutcome.Hit hit -> HIT;
            case ImageOutcome.Stale stale -> STALE;
            case ImageOutcome.Stored stored -> STORED;
            case ImageOutcome.Collapsed collapsed -> COLLAPSED;
            case ImageOutcome.Pending pending -> PENDING;
        };
    }
}
