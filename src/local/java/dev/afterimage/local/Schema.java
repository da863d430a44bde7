package dev.afterimage.local;

import dev.afterimage.image.ImageKey;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;

/**
 * The tables of {@code afterimage.db}, and the migrations from version to version. Times are milliseconds since 1970,
 * image keys are their 32 bytes.
 */
final class Schema {

    /** Marks the file as ours ({@code PRAGMA application_id}): "Afim". */
    private static final int APPLICATION = 0x4166696d;

    /**
     * One element for each version; the file's {@code user_version} is how many have been run. Never change one, add
     * another.
     */
    private static final List<List<String>> MIGRATIONS = List.of(
            List.of(
                    """
            CREATE TABLE image (
              key BLOB PRIMARY KEY, format TEXT NOT NULL, bytes INTEGER NOT NULL,
              created_at INTEGER NOT NULL, fresh_until INTEGER NOT NULL, stale_until INTEGER NOT NULL
            ) WITHOUT ROWID""",
                    "CREATE TABLE template (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID",
                    "CREATE TABLE credits (month TEXT PRIMARY KEY, used INTEGER NOT NULL) WITHOUT ROWID",
                    // AUTOINCREMENT: the number of a job that ended is never another's, so an old claim cannot end a
                    // new job.
                    """
            CREATE TABLE job (
              number INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, visible_at INTEGER NOT NULL,
              created_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, deliveries INTEGER NOT NULL DEFAULT 0,
              claims INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL
            )""",
                    "CREATE INDEX job_by_time ON job (lane, visible_at, number)",
                    "CREATE INDEX job_by_age ON job (created_at)",
                    """
            CREATE TABLE dead_letter (
              number INTEGER PRIMARY KEY, lane TEXT, body TEXT NOT NULL, reason TEXT NOT NULL,
              attempts INTEGER NOT NULL, buried_at INTEGER NOT NULL
            )""",
                    """
            CREATE TABLE pending (
              key BLOB PRIMARY KEY, confirmed INTEGER NOT NULL, intended_at INTEGER NOT NULL
            ) WITHOUT ROWID""",
                    """
            CREATE TABLE batch (
              number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, started_at INTEGER NOT NULL,
              last_sign INTEGER NOT NULL, total INTEGER NOT NULL DEFAULT 0, payload_hash TEXT, cancelled_at INTEGER,
              hits INTEGER NOT NULL DEFAULT 0, generated INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0
            )""",
                    "CREATE INDEX batch_by_age ON batch (started_at)",
                    """
            CREATE TABLE batch_row (
              batch INTEGER NOT NULL REFERENCES batch ON DELETE CASCADE, line INTEGER NOT NULL, outcome TEXT NOT NULL,
              PRIMARY KEY (batch, line)
            ) WITHOUT ROWID""",
                    """
            CREATE TABLE batch_failure (
              batch INTEGER NOT NULL REFERENCES batch ON DELETE CASCADE, line INTEGER NOT NULL, reason TEXT NOT NULL,
              PRIMARY KEY (batch, line)
            ) WITHOUT ROWID""",
                    "CREATE TABLE request (hash TEXT PRIMARY KEY, batch TEXT NOT NULL, claimed_at INTEGER NOT NULL) WITHOUT ROWID",
                    "CREATE INDEX request_by_age ON request (claimed_at)",
                    "CREATE TABLE checkpoint (catalogue TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID",
                    """
            CREATE TABLE receipt (
              key BLOB PRIMARY KEY, state TEXT NOT NULL, token TEXT NOT NULL, departed_at INTEGER NOT NULL,
              until INTEGER NOT NULL, account TEXT NOT NULL, template TEXT NOT NULL, request TEXT NOT NULL,
              ticket TEXT NOT NULL, series TEXT NOT NULL, purchases INTEGER NOT NULL, buy_from INTEGER NOT NULL,
              detail TEXT NOT NULL, ends_at INTEGER NOT NULL
            ) WITHOUT ROWID"""),
            List.of(
                    "ALTER TABLE receipt ADD COLUMN made_at INTEGER NOT NULL DEFAULT 0",
                    "ALTER TABLE receipt ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0",
                    "ALTER TABLE receipt ADD COLUMN deleted_open INTEGER NOT NULL DEFAULT 0"),
            List.of("ALTER TABLE batch ADD COLUMN owner TEXT NOT NULL DEFAULT ''"),
            List.of("ALTER TABLE batch_row ADD COLUMN key BLOB"),
            List.of(
                    """
            CREATE TABLE usage (
              month TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, micros INTEGER NOT NULL,
              PRIMARY KEY (month, kind, name)
            ) WITHOUT ROWID""",
                    "INSERT INTO usage SELECT month, 'ACCOUNT', 'default', used * 1000000 FROM credits",
                    "DROP TABLE credits"),
            List.of("ALTER TABLE batch ADD COLUMN callback TEXT"),
            List.of("ALTER TABLE batch ADD COLUMN replaced INTEGER NOT NULL DEFAULT 0"));

    private Schema() {}

    /**
     * Makes the tables of a new file, and brings those of an older one up to date.
     *
     * @throws DirectoryLock.DirectoryRefusedException when the file is another program's, or a newer version's
     */
    static void prepare(Session session, Path file) throws SQLException, DirectoryLock.DirectoryRefusedException {
        session.execute("BEGIN IMMEDIATE");
        boolean done = false;
        try {
            migrate(session, file);
            session.execute("COMMIT");
            done = true;
        } finally {
            if (!done) {
                session.execute("ROLLBACK");
            }
        }
    }

    private static void migrate(Session session, Path file)
            throws SQLException, DirectoryLock.DirectoryRefusedException {
        long application = session.number("PRAGMA application_id");
        long version = session.number("PRAGMA user_version");
        boolean empty = session.number("SELECT count(*) FROM sqlite_schema") == 0;
        if (!(empty && application == 0) && application != APPLICATION) {
            throw new DirectoryLock.DirectoryRefusedException(
                    file + " is another program's database. Let afterimage.directory name a directory of its own.");
        }
        if (version > MIGRATIONS.size()) {
            throw new DirectoryLock.DirectoryRefusedException(file
                    + " was written by a newer version of Afterimage. Start that one, or let afterimage.directory name"
                    + " another directory.");
        }
        if (version < MIGRATIONS.size()) {
            for (List<String> migration : MIGRATIONS.subList((int) version, MIGRATIONS.size())) {
                for (String statement : migration) {
                    session.execute(statement);
                }
            }
            session.execute("PRAGMA application_id = " + APPLICATION);
            session.execute("PRAGMA user_version = " + MIGRATIONS.size());
        }
    }

    /** The key of these 32 bytes. */
    static ImageKey key(byte[] column) {
        return new ImageKey(HexFormat.of().formatHex(column));
    }

    /** The 32 bytes of a key. */
    static byte[] bytes(ImageKey key) {
        return HexFormat.of().parseHex(key.value());
    }
}
