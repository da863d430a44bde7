package dev.afterimage.limit;

import java.time.Duration;
import java.time.Instant;

/** How a call ended, for its receipt. */
public sealed interface CallOutcome {

    /**
     * Why the call brought no image, for the operator; empty for {@link Image} and {@link NotBilled}. Holds no secret. What
     * the provider wrote is in quotation marks, and may repeat data values.
     */
    default String detail() {
        return "";
    }

    /** Whether the call is certainly not in flight at the provider any more: it was answered, or it never left. */
    default boolean answered() {
        return true;
    }

    /**
     * The image is stored.
     *
     * @param made when it was made
     * @param late whether this outcome could be reported only some time after the image had come, because Redis or the store
     *     could not be reached; then the time since departure does not show how long the provider took
     */
    record Image(Instant made, boolean late) implements CallOutcome {

        public Image(Instant made) {
            this(made, false);
        }
    }

    /** The call never left, or the provider does not bill its answer. */
    record NotBilled() implements CallOutcome {}

    /**
     * The provider refused the request for good, unbilled.
     *
     * @param rememberedFor for how long equal requests get this refusal without another call; zero if the next one makes a
     *     call
     */
    record Rejected(String detail, Duration rememberedFor) implements CallOutcome {}

    /** The answer was billed, and is no image. */
    record Unusable(String detail) implements CallOutcome {}

    /** Nobody knows whether the image was made and billed. */
    record Unknown(String detail, boolean answered) implements CallOutcome {}
}
