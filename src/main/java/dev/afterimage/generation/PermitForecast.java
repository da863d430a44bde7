package dev.afterimage.generation;

import dev.afterimage.limit.Lane;
import dev.afterimage.time.Deadline;
import java.time.Duration;
import java.util.Optional;

/** What is known, without asking anybody, of the wait for a permit. Costs nothing, so that a flood is turned away cheaply. */
@FunctionalInterface
public interface PermitForecast {

    /** The wait until the next permit when that is known to lie beyond the deadline; empty when asking may be worth it. */
    Optional<Duration> refusal(Lane lane, Deadline deadline);
}
