package dev.afterimage.generation;

import dev.afterimage.generation.GenerationException.UnavailableException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Calls and awaits work, and throws its own failures instead of what the JDK wraps around them. */
public final class Callables {

    private Callables() {}

    /**
     * Calls work whose method declares {@code Exception}. The only checked exception that it may throw is an
     * {@link InterruptedException}, which becomes an {@link UnavailableException}.
     */
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

    /**
     * Waits for an answer, on a thread that may block. Throws an unchecked failure as it is, and any other in a
     * {@link CompletionException}.
     */
    public static <T extends @Nullable Object> T await(CompletionStage<T> answer) {
        try {
            return answer.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** The failure of a stage without the {@link CompletionException} around it, where there is one. */
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
