package dev.afterimage.local;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A platform thread with a connection of its own, which does work for other threads in the order in which it was
 * submitted. SQLite is native code: a virtual thread inside it would block its carrier thread while the disk syncs, and
 * other virtual threads with it.
 *
 * <p>Changes that wait at the same time share a transaction and its sync. When one of them fails, each is done again in a
 * transaction of its own, so that only that one fails. So work must change nothing but the database.
 */
final class DatabaseThread implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(DatabaseThread.class);

    private static final int MOST_TOGETHER = 256;

    /** Work on a connection. */
    @FunctionalInterface
    interface Work<T> {
        T on(Session session) throws SQLException;
    }

    /** How durable a piece of work must be. */
    enum Kind {
        /** Changes nothing. */
        READ,
        /** It survives a kill of the process. A power cut may lose it, until a later {@link #SYNCED} change is done. */
        UNSYNCED,
        /** Once it is done it survives a power cut. */
        SYNCED
    }

    private static final class Task<T> {
        final Kind kind;
        final Work<T> work;
        final CompletableFuture<T> done = new CompletableFuture<>();

        @Nullable T result;

        Task(Kind kind, Work<T> work) {
            this.kind = kind;
            this.work = work;
        }

        void run(Session session) throws SQLException {
            result = work.on(session);
        }

        @SuppressWarnings("NullAway") // set by run; void work may return null
        void succeed() {
            done.complete(result);
        }
    }

    /** Makes a connection. */
    @FunctionalInterface
    interface Connecting {
        Session connect() throws SQLException;
    }

    /** The {@link Database#incarnation} of a connection that was made while the database could not be opened. */
    private static final long NONE = -1;

    private final Database database;
    private final Connecting fallback;
    private final BlockingQueue<Task<?>> waiting = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closing;
    private @Nullable Session session;
    private long incarnation;

    /**
     * Starts the thread.
     *
     * @param fallback makes the connection that is used while the database cannot be opened; its failure is not reported
     */
    DatabaseThread(Database database, String name, Connecting fallback) {
        this.database = database;
        this.fallback = fallback;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
        thread.start();
    }

    /** Submits work. The answer completes with its result, or with its failure. */
    <T> CompletableFuture<T> submit(Kind kind, Work<T> work) {
        Task<T> task = new Task<>(kind, work);
        waiting.add(task);
        if (closing && waiting.remove(task)) {
            task.done.completeExceptionally(closed());
        }
        return task.done;
    }

    private static Database.DatabaseException closed() {
        return new Database.DatabaseException(
                "Afterimage is shutting down.", new IllegalStateException("the database is closed"));
    }

    private void run() {
        List<Task<?>> together = new ArrayList<>();
        try {
            while (true) {
                together.add(waiting.take());
                waiting.drainTo(together, MOST_TOGETHER - 1);
                perform(together);
                together.clear();
            }
        } catch (InterruptedException e) {
            disconnect();
            waiting.drainTo(together);
            together.forEach(task -> task.done.completeExceptionally(closed()));
        }
    }

    private void perform(List<Task<?>> tasks) {
        try {
            Session connected = connected();
            List<Task<?>> changes = new ArrayList<>();
            for (Task<?> task : tasks) {
                if (task.kind == Kind.READ) {
                    perform(connected, List.of(task));
                } else {
                    changes.add(task);
                }
            }
            if (!changes.isEmpty()) {
                perform(connected, changes);
            }
        } catch (SQLException | IOException | RuntimeException | Error e) {
            fail(tasks, e);
        }
    }

    /** Does one read, or several changes in one transaction. */
    private void perform(Session connected, List<Task<?>> tasks) {
        boolean changing = tasks.getFirst().kind != Kind.READ;
        try {
            if (changing) {
                boolean synced = tasks.stream().anyMatch(task -> task.kind == Kind.SYNCED);
                connected.execute(synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
                connected.execute("BEGIN IMMEDIATE");
            }
            for (Task<?> task : tasks) {
                task.run(connected);
            }
            if (changing) {
                connected.execute("COMMIT");
            }
            tasks.forEach(Task::succeed);
        } catch (SQLException | RuntimeException | Error e) {
            cleanUp(connected, changing);
            if (tasks.size() == 1) {
                fail(tasks, e);
            } else {
                tasks.forEach(task -> perform(connected, List.of(task)));
            }
        }
    }

    private static void cleanUp(Session connected, boolean changing) {
        try {
            try {
                connected.forgetStatements();
            } finally {
                if (changing) {
                    connected.execute("ROLLBACK");
                }
            }
        } catch (SQLException e) {
            LOG.debug("SQLite has rolled back itself, as on a full disk, or the transaction never began", e);
        }
    }

    /** Fails the tasks. This thread goes on. */
    private void fail(List<Task<?>> tasks, Throwable failure) {
        Throwable reported = failure instanceof SQLException || failure instanceof IOException
                ? new Database.DatabaseException(database.explain((Exception) failure), failure)
                : failure;
        tasks.forEach(task -> task.done.completeExceptionally(reported));
    }

    /** The connection; a new one when the database was not open yet, or was made again. */
    private Session connected() throws SQLException, IOException {
        Session known = session;
        long current;
        try {
            current = database.incarnation();
        } catch (SQLException | IOException unusable) {
            try {
                return known != null && incarnation == NONE ? known : connect(fallback, NONE);
            } catch (SQLException neither) {
                throw unusable;
            }
        }
        return known != null && current == incarnation ? known : connect(database::connect, current);
    }

    private Session connect(Connecting connector, long itsIncarnation) throws SQLException {
        disconnect();
        Session made = connector.connect();
        session = made;
        incarnation = itsIncarnation;
        return made;
    }

    private void disconnect() {
        Session known = session;
        session = null;
        if (known != null) {
            try {
                known.close();
            } catch (SQLException e) {
                // Its file may be gone; synced changes are on the disk.
                return;
            }
        }
    }

    /** Ends the thread after the work under way. Work that waits fails. */
    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
