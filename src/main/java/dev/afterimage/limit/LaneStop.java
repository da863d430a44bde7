package dev.afterimage.limit;

import java.time.Duration;
import java.time.Instant;

/**
 * Calls are not made for a reason that only an operator, or a better answer of the provider, takes away.
 *
 * @param since when it began
 */
public record LaneStop(Reason reason, Instant since) {

    /** Why, which lanes, and how often one call finds out whether it is over. */
    public enum Reason {
        /** The provider refuses the operator's key. Both lanes; tried again at a restart and once a minute. */
        ACCESS_REFUSED(Duration.ofMinutes(1), true),
        /** The provider's account is empty. Both lanes; tried again every 15 minutes. */
        OUT_OF_CREDITS(Duration.ofMinutes(15), true),
        /** One answer after the other was billed and is no image. The bulk lane; tried again every 15 minutes. */
        UNUSABLE_ANSWERS(Duration.ofMinutes(15), false);

        private final Duration probedEvery;
        private final boolean bothLanes;

        Reason(Duration probedEvery, boolean bothLanes) {
            this.probedEvery = probedEvery;
            this.bothLanes = bothLanes;
        }

        public Duration probedEvery() {
            return probedEvery;
        }

        public boolean concerns(Lane lane) {
            return bothLanes || lane == Lane.BULK;
        }
    }
}
