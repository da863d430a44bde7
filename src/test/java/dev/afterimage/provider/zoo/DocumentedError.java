package dev.afterimage.provider.zoo;

import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import java.time.Duration;
import java.util.Optional;

/**
 * A failure that an API's documentation names, and what it means.
 *
 * @param atPoll whether a poll is answered so, and not the call
 * @param retryAfter what it says of when to ask again
 * @param reason of a rejection
 */
public record DocumentedError(
        String name,
        ZooAnswer answer,
        boolean atPoll,
        Class<? extends GenerationException> meaning,
        Optional<Duration> retryAfter,
        Optional<Reason> reason) {

    private static DocumentedError of(String name, ZooAnswer answer, Class<? extends GenerationException> meaning) {
        return new DocumentedError(name, answer, false, meaning, Optional.empty(), Optional.empty());
    }

    static DocumentedError throttled(String name, ZooAnswer answer, Duration wait) {
        return new DocumentedError(name, answer, false, ThrottledException.class, Optional.of(wait), Optional.empty());
    }

    static DocumentedError throttled(String name, ZooAnswer answer) {
        return of(name, answer, ThrottledException.class);
    }

    static DocumentedError outOfCredits(String name, ZooAnswer answer) {
        return of(name, answer, OutOfCreditsException.class);
    }

    static DocumentedError refused(String name, ZooAnswer answer) {
        return of(name, answer, AccessRefusedException.class);
    }

    static DocumentedError unusable(String name, ZooAnswer answer) {
        return of(name, answer, NotAnImageException.class);
    }

    static DocumentedError unknown(String name, ZooAnswer answer) {
        return of(name, answer, OutcomeUnknownException.class);
    }

    static DocumentedError unavailable(String name, ZooAnswer answer) {
        return of(name, answer, UnavailableException.class);
    }

    public static DocumentedError rejected(String name, ZooAnswer answer, Reason reason) {
        return new DocumentedError(name, answer, false, RejectedException.class, Optional.empty(), Optional.of(reason));
    }

    public DocumentedError whenPolled() {
        return new DocumentedError(name, answer, true, meaning, retryAfter, reason);
    }

    @Override
    public String toString() {
        return name;
    }
}
