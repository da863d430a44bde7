package dev.afterimage.filesystem;

import dev.afterimage.cache.CacheUnavailableException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Takes work on files off the calling thread; what fails is a {@link CacheUnavailableException}. */
final class Background {

    private final DataDirectory directory;
    private final Executor executor;

    Background(DataDirectory directory, Executor executor) {
        this.directory = directory;
        this.executor = executor;
    }

    <T> CompletableFuture<T> call(IoCall<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> complete(answer, work));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new CacheUnavailableException("afterimage is shutting down", e));
        }
        return answer;
    }

    CompletableFuture<Void> run(IoCall<?> work) {
        return call(work).thenAccept(done -> {});
    }

    private <T> void complete(CompletableFuture<T> answer, IoCall<T> work) {
        try {
            answer.complete(work.call());
        } catch (IOException e) {
            answer.completeExceptionally(new CacheUnavailableException(directory.explain(e), e));
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }
}
