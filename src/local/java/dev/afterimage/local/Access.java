package dev.afterimage.local;

import dev.afterimage.generation.Callables;
import dev.afterimage.local.DatabaseThread.Kind;
import dev.afterimage.local.DatabaseThread.Work;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;

/**
 * The {@link Database} as one port uses it: failures become that port's exception. Blocking operations are for virtual
 * threads, and no interrupt ends them early.
 */
final class Access {

    private final Database database;
    private final BiFunction<String, Throwable, ? extends RuntimeException> failure;

    Access(Database database, BiFunction<String, Throwable, ? extends RuntimeException> failure) {
        this.database = database;
        this.failure = failure;
    }

    /** Makes a change that must survive a power cut. Blocks until it does. */
    <T> T changeSynced(Work<T> work) {
        return await(database.change(Kind.SYNCED, work));
    }

    /** As {@link #changeSynced}, without blocking: the answer completes when the change survives a power cut. */
    <T> CompletableFuture<T> changeSyncedLater(Work<T> work) {
        return translated(database.change(Kind.SYNCED, work));
    }

    /** Makes a change that must survive a kill of this process, but may be lost in a power cut. Blocks. */
    <T> T change(Work<T> work) {
        return await(database.change(Kind.UNSYNCED, work));
    }

    /** Reads. Blocks. */
    <T> T read(Work<T> work) {
        return await(database.read(work));
    }

    /** As {@link #change}, without blocking. */
    <T> CompletableFuture<T> changeLater(Work<T> work) {
        return translated(database.change(Kind.UNSYNCED, work));
    }

    /** As {@link #read}, without blocking. */
    <T> CompletableFuture<T> readLater(Work<T> work) {
        return translated(database.read(work));
    }

    /** Reads a row or two for a lookup, on another thread than longer reads. Does not block. */
    <T> CompletableFuture<T> lookUp(Work<T> work) {
        return translated(database.lookUp(work));
    }

    private <T> CompletableFuture<T> translated(CompletableFuture<T> answer) {
        return answer.exceptionallyCompose(thrown -> CompletableFuture.failedFuture(translated(thrown)));
    }

    private <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException thrown) {
            throw translated(thrown);
        }
    }

    private RuntimeException translated(Throwable thrown) {
        Throwable cause = Callables.cause(thrown);
        if (cause instanceof Database.DatabaseException unavailable) {
            return failure.apply(String.valueOf(unavailable.getMessage()), unavailable);
        }
        return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
    }
}
