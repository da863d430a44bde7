package dev.afterimage.provider;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.NotAnImageException;
import dev.afterimage.generation.OutcomeUnknownException;
import dev.afterimage.generation.UnavailableException;

/** Port: sends one HTTP call and waits for its whole answer. */
@FunctionalInterface
interface Exchange {

    /**
     * Sends the call.
     *
     * @param departure told once before the first byte is written (what it throws is thrown here, and nothing is sent), and
     *     once when the last byte is written
     * @throws UnavailableException when the call did not leave
     * @throws OutcomeUnknownException when it left and no whole answer came in time
     * @throws NotAnImageException when a successful answer is too large
     */
    Answer exchange(HttpCall call, Attempt.Departure departure);
}
