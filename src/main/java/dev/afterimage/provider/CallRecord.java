package dev.afterimage.provider;

import dev.afterimage.generation.Attempt;
import java.util.Optional;

/** Port: what is kept of one call to a provider from its departure until its end is known. */
public interface CallRecord {

    /** Finds the record of the call that an attempt makes. */
    @FunctionalInterface
    interface Of {
        CallRecord attempt(Attempt attempt);
    }

    /**
     * The name of this purchase: visible ASCII, the same for whoever resumes it, another one for the next purchase of the same
     * image. Sent to providers that don't bill one name twice.
     */
    String purchase();

    /** The job that was opened under this record; whoever finds one resumes it in place of buying. */
    default Optional<Ticket> ticket() {
        return Optional.empty();
    }

    /** To be called the moment the provider has named the job, before it is polled. May block for one round trip. */
    default void opened(Ticket ticket) {}

    /** To be called when the provider has made the image, with its cost in the provider's own unit. */
    default void cost(double cost) {}
}
