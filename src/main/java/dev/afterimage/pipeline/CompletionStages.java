package dev.afterimage.pipeline;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Waits for a non-blocking answer on a thread that may block. */
final class CompletionStages {

    private CompletionStages() {}

    /** The answer, or the failure itself without its {@link CompletionException}. */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }
}
