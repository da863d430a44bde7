package dev.afterimage.limit;

import java.time.Duration;
import java.time.Instant;

/** How a call ended, for its receipt. */
public sealed interface CallOutcome {

    /**
     * Why it brought no image, for the operator; empty where it did, and for {@link NotBilled}. Holds no secret. What the
     * provider wrote stands in it in quotation marks and may repeat data values.
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
     * @param late whether it is reported later than the image was there, because Redis or the store could not be reached;
     *     then the time since departure does not show how long the provider took
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
