package dev.afterimage.limit;

import java.time.Duration;
import java.time.Instant;

/** How a call ended, for its receipt. */
public sealed interface CallOutcome {

    /** Why it brought no image, for the operator; empty where it did. Holds neither data values nor secrets. */
    default String detail() {
        return "";
    }

    /** Whether the provider has answered, so that the call is no longer in flight there. */
    default boolean answered() {
        return true;
    }

    /**
     * The image is stored.
     *
     * @param made when it was made
     * @param late whether it is told later than the image was there, because a server could not be reached: the time since
     *     the call's departure then says nothing about the provider
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
     * @param rememberedFor how long the request is answered with this refusal, without a call; zero: not at all
     */
    record Rejected(String detail, Duration rememberedFor) implements CallOutcome {}

    /** The answer was billed, and is no image. */
    record Unusable(String detail) implements CallOutcome {}

    /** Nobody knows whether the image was made and billed. */
    record Unknown(String detail, boolean answered) implements CallOutcome {}
}
