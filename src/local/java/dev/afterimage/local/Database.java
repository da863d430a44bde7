package dev.afterimage.local;

import dev.afterimage.local.DatabaseThread.Kind;
import dev.afterimage.local.DatabaseThread.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The one database of a directory, {@code afterimage.db} (SQLite), with all that is kept there but the images.
 *
 * <p>It has a write-ahead log (WAL), so that readers and the one writer never wait for each other, and a killed process
 * loses nothing. Three threads use it: one for changes, one for lookups of hits, one for reads that may take longer. If
 * somebody removes the directory, the next use makes it again.
 */
public final class Database implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Database.class);

    /** The folders of former versions, which kept in files what is now in SQLite. */
    private static final List<String> FORMER_FOLDERS =
            List.of("index", "templates", "credits", "queue", "pending", "batches", "requests", "checkpoints");

    private static final Properties OPTIONS = new Properties();

    static {
        // How many milliseconds a writer waits for another process's writer.
        OPTIONS.setProperty("busy_timeout", "10000");
    }

    private final Path root;
    private final Path file;
    private final DirectoryLock lock;
    private final DatabaseThread changes;
    private final DatabaseThread lookups;
    private final DatabaseThread reads;
    private @Nullable Object identity;
    private long incarnation;

    /**
     * Opens the database of a directory, or makes it. When the disk does not allow that now, a warning is logged, and each use
     * tries again.
     *
     * @param shared whether other processes may use it at the same time: only when Redis counts the calls of all of them
     * @throws IllegalStateException when this process must not use the directory; the message says why, and what to do
     */
    public Database(Path directory, boolean shared) {
        this.root = directory.toAbsolutePath().normalize();
        this.file = root.resolve("afterimage.db");
        this.lock = new DirectoryLock(root, shared);
        try {
            incarnation();
        } catch (DirectoryLock.DirectoryRefusedException refused) {
            throw new IllegalStateException(refused.getMessage(), refused);
        } catch (SQLException e) {
            if (isDamaged(e)) {
                giveLockBack();
                throw new IllegalStateException(explain(e), e);
            }
            LOG.warn(explain(e));
        } catch (IOException e) {
            LOG.warn(explain(e));
        }
        this.changes = new DatabaseThread(this, "database-changes", Database::connectNever);
        this.lookups = new DatabaseThread(this, "database-lookups", this::connectReadOnly);
        this.reads = new DatabaseThread(this, "database-reads", this::connectReadOnly);
    }

    /**
     * The database for one port.
     *
     * @param failure makes that port's exception of a message and a cause
     */
    Access failingWith(BiFunction<String, Throwable, ? extends RuntimeException> failure) {
        return new Access(this, failure);
    }

    <T> CompletableFuture<T> change(Kind kind, Work<T> work) {
        return changes.submit(kind, work);
    }

    <T> CompletableFuture<T> lookUp(Work<T> work) {
        return lookups.submit(Kind.READ, work);
    }

    <T> CompletableFuture<T> read(Work<T> work) {
        return reads.submit(Kind.READ, work);
    }

    /** A number that rises when the database was made again: older connections then belong to a file that is gone. */
    synchronized long incarnation() throws SQLException, IOException {
        if (identity == null || !identity.equals(identityOf(file))) {
            identity = null;
            prepare();
            identity = identityOf(file);
            incarnation++;
        }
        return incarnation;
    }

    private static @Nullable Object identityOf(Path file) throws IOException {
        BasicFileAttributes attributes = DataDirectory.attributes(file);
        if (attributes == null) {
            return null;
        }
        // Windows has no file key, and does not let an open file be removed.
        return attributes.fileKey() == null ? attributes.creationTime() : attributes.fileKey();
    }

    private void prepare() throws SQLException, IOException {
        refuseFormerKind();
        Files.createDirectories(root);
        lock.acquire();
        boolean prepared = false;
        try (Session session = open()) {
            Schema.prepare(session, file);
            prepared = true;
        } finally {
            if (!prepared) {
                lock.close();
            }
        }
    }

    private void refuseFormerKind() throws DirectoryLock.DirectoryRefusedException {
        if (!Files.exists(file) && FORMER_FOLDERS.stream().map(root::resolve).anyMatch(Files::isDirectory)) {
            throw new DirectoryLock.DirectoryRefusedException("afterimage.directory (" + root
                    + ") was written by a version that kept its queue, batches, credits and template versions in files, which"
                    + " this one does not read. Let that version finish its jobs; then remove everything in the directory"
                    + " but images, notes and delivery-key.pem, or name another directory. Of what was kept, the images"
                    + " are found again; images that a purge had dismissed may be among them.");
        }
    }

    private Session open() throws SQLException {
        return new Session(JDBC.createConnection(JDBC.PREFIX + file, OPTIONS));
    }

    /**
     * Makes no connection, because there is none for changes while the database cannot be opened. {@link DatabaseThread} then
     * reports why the database cannot be opened, and not this exception.
     */
    private static Session connectNever() throws SQLException {
        throw new SQLException("no connection for changes");
    }

    /**
     * A connection for reads and writes. To be opened only on a file that is known to be ours, because it changes the
     * file's header.
     */
    Session connect() throws SQLException {
        Session session = open();
        boolean ready = false;
        try {
            session.execute("PRAGMA journal_mode = WAL");
            session.execute("PRAGMA synchronous = FULL");
            session.execute("PRAGMA fullfsync = ON");
            session.execute("PRAGMA foreign_keys = ON");
            session.execute("PRAGMA journal_size_limit = 67108864");
            ready = true;
            return session;
        } finally {
            if (!ready) {
                session.close();
            }
        }
    }

    /**
     * A connection that only reads, for a disk that cannot be written to. It works if the former process ended in an orderly
     * way.
     *
     * @throws SQLException when there is no file, or a write-ahead log is beside it, without which its content may be too old
     */
    Session connectReadOnly() throws SQLException {
        if (!Files.exists(file) || Files.exists(root.resolve("afterimage.db-wal"))) {
            throw new SQLException(
                    "the database cannot be read without recovering its write-ahead log, or does not exist");
        }
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        return new Session(JDBC.createConnection(JDBC.PREFIX + file.toUri() + "?immutable=1", config.toProperties()));
    }

    /** Says, for the operator, what went wrong and how to mend it. */
    String explain(Exception failure) {
        if (failure instanceof DirectoryLock.DirectoryRefusedException refused) {
            return String.valueOf(refused.getMessage());
        }
        if (failure instanceof SQLException e) {
            return explain(e);
        }
        return DataDirectory.explain(root, failure);
    }

    private String explain(SQLException failure) {
        String reason =
                failure instanceof SQLiteException e ? e.getResultCode().message : String.valueOf(failure.getMessage());
        if (isDamaged(failure)) {
            return file + " is damaged (" + reason
                    + "). Stop Afterimage, move the file and those beside it whose names begin"
                    + " with afterimage.db- elsewhere, and start again: the images are found again, but jobs, batches, the"
                    + " month's credits and the templates' versions are forgotten.";
        }
        if (failure.getCause() != null) {
            return "SQLite's native library cannot be loaded ("
                    + failure.getCause().getMessage()
                    + "). Let -Dorg.sqlite.tmpdir name a directory that can be written and from which programs may run.";
        }
        return DataDirectory.explain(root, isCode(failure, SQLiteErrorCode.SQLITE_FULL) ? "no space left" : reason);
    }

    private static boolean isDamaged(SQLException failure) {
        return isCode(failure, SQLiteErrorCode.SQLITE_NOTADB) || isCode(failure, SQLiteErrorCode.SQLITE_CORRUPT);
    }

    /** Whether a failure has this code. The lowest byte is compared: SQLite's extended codes have details in the others. */
    private static boolean isCode(SQLException failure, SQLiteErrorCode code) {
        return failure instanceof SQLiteException e && (e.getResultCode().code & 0xff) == code.code;
    }

    private void giveLockBack() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.debug("The lock of a directory that is not used could not be closed", e);
        }
    }

    /** Waits for the work under way, fails the work that waits, and gives the directory up to other processes. */
    @Override
    public void close() {
        reads.close();
        lookups.close();
        changes.close();
        giveLockBack();
    }

    /** The database cannot be used now. The message names the directory and says what to do; it holds no data. */
    static class DatabaseException extends RuntimeException {

        DatabaseException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
