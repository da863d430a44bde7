package dev.afterimage.generation;

import dev.afterimage.generation.GenerationException.UnavailableException;
import java.util.concurrent.Callable;

/**
 * Calls work that declares {@code Exception} and throws no checked one but {@link InterruptedException}, which becomes an
 * {@link UnavailableException}.
 */
public final class Callables {

    private Callables() {}

    public static <T> T call(Callable<T> work) {
        try {
            return work.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("cancelled", e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
