package dev.afterimage.limit;

import java.time.Duration;
import java.time.Instant;

/**
 * The state of lanes in which no calls are made, because the next one would fail in the same way. It ends when a call,
 * the probe, shows that the provider answers well again.
 *
 * @param since when the stop began
 */
public record LaneStop(Reason reason, Instant since) {

    /** Why lanes are stopped, which ones, and how often a probe is sent. */
    public enum Reason {
        /** The provider refuses the operator's key. Both lanes; probed once a minute, and by the first call of a process. */
        ACCESS_REFUSED(Duration.ofMinutes(1), true),
        /** The account at the provider is empty. Both lanes; probed every 15 minutes. */
        OUT_OF_CREDITS(Duration.ofMinutes(15), true),
        /** Too many answers in a row were billed and are no image. The bulk lane only; probed every 15 minutes. */
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
