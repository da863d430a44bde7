package dev.afterimage.local;

import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.image.TemplateId;
import dev.afterimage.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.JDBC;

/** Who may use a data directory, and the messages for one that cannot be used. */
class DatabaseTest {

    private static final Instant NOON = Instant.parse("2026-11-05T12:00:00Z");

    @TempDir
    Path root;

    @Test
    void aSecondProcessIsRefusedUntilTheFirstHasEnded() throws Exception {
        try (JavaProcess first = JavaProcess.start(Holder.class, root, false)) {
            assertThat(first.nextLine()).isEqualTo("open");

            assertThatIllegalStateException()
                    .isThrownBy(() -> new Database(root, false))
                    .withMessageContaining("Another process works in afterimage.directory (" + root)
                    .withMessageContaining("stop the other");
            assertThatIllegalStateException().isThrownBy(() -> new Database(root, true));
            first.kill();
        }

        new Database(root, false).close();
    }

    @Test
    void processesThatShareALimiterShareADirectory() throws Exception {
        try (JavaProcess first = JavaProcess.start(Holder.class, root, true)) {
            assertThat(first.nextLine()).isEqualTo("open");

            try (Database second = new Database(root, true)) {
                new SqliteIndex(second).put(entry(key(1), NOON, 10)).join();
            }
            first.send("look");
            assertThat(first.nextLine()).isEqualTo("true");
            assertThatIllegalStateException().isThrownBy(() -> new Database(root, false));
        }
    }

    @Test
    void aSecondApplicationOfOneProcessIsRefusedUntilTheFirstHasEnded() {
        try (Database first = new Database(root, false)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> new Database(root, false))
                    .withMessageContaining("Another process works in");
            new SqliteIndex(first).put(entry(key(1), NOON, 10)).join();
        }
        try (Database second = new Database(root, false)) {
            assertThat(new SqliteIndex(second).find(key(1)).join()).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"index", "templates", "credits", "queue", "pending", "batches", "requests", "checkpoints"})
    void databaseOfAFormerVersionIsRefused(String folder) throws IOException {
        Files.createDirectories(root.resolve(folder));

        assertThatIllegalStateException()
                .isThrownBy(() -> new Database(root, false))
                .withMessageContaining("afterimage.directory (" + root + ") was written by a version that kept")
                .withMessageContaining("name another directory");
        assertThat(root.resolve("afterimage.db")).doesNotExist();
    }

    @Test
    void aDirectoryOfImagesAloneIsTaken() throws IOException {
        Files.createDirectories(root.resolve("images/3fa"));
        Files.createDirectories(root.resolve("notes"));

        new Database(root, false).close();
    }

    @Test
    void foreignDatabaseIsRefused() throws Exception {
        Path file = root.resolve("afterimage.db");
        execute(file, "CREATE TABLE songs (title TEXT)");
        byte[] before = Files.readAllBytes(file);

        assertThatIllegalStateException()
                .isThrownBy(() -> new Database(root, false))
                .withMessageContaining(file + " is another program's database");
        assertThat(file).hasBinaryContent(before);
    }

    @Test
    void databaseOfANewerVersionIsRefused() throws Exception {
        new Database(root, false).close();
        execute(root.resolve("afterimage.db"), "PRAGMA user_version = 99");

        assertThatIllegalStateException()
                .isThrownBy(() -> new Database(root, false))
                .withMessageContaining("was written by a newer version");
    }

    @Test
    void aFileThatIsNoDatabaseIsNamed() throws IOException {
        Files.writeString(root.resolve("afterimage.db"), "no database ".repeat(1000));

        assertThatIllegalStateException()
                .isThrownBy(() -> new Database(root, false))
                .withMessageContaining("afterimage.db is damaged")
                .withMessageContaining("move the file")
                .withMessageContaining("the images are found again");
    }

    /** A disk may come back, so the process starts and each use says why nothing can be kept. */
    @Test
    void directoryThatCannotBeCreatedFailsEachUseUntilItCan() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "not a directory");
        try (Database database = new Database(file.resolve("data"), false)) {
            SqliteIndex index = new SqliteIndex(database);

            assertThatThrownBy(() -> index.find(key(1)).join())
                    .hasMessageContaining("afterimage.directory (" + file.resolve("data") + ") cannot be used")
                    .hasMessageContaining("may read and write");

            Files.delete(file);
            assertThat(index.find(key(1)).join()).isEmpty();
        }
    }

    /** A folder in place of the lock file simulates a read-only disk, which root could write to. */
    @Test
    void readOnlyDiskCanStillBeRead() throws IOException {
        TemplateId hero = new TemplateId("hero");
        try (Database database = new Database(root, false)) {
            new SqliteIndex(database).put(entry(key(1), NOON, 10)).join();
            new SqliteTemplateVersions(database, System::nanoTime).raise(hero);
        }
        Files.delete(root.resolve("lock"));
        Files.createDirectory(root.resolve("lock"));

        try (Database database = new Database(root, false)) {
            SqliteIndex index = new SqliteIndex(database);
            assertThat(index.find(key(1)).join()).isPresent();
            assertThat(new SqliteTemplateVersions(database, System::nanoTime)
                            .current(hero)
                            .join())
                    .isEqualTo(1);
            assertThatThrownBy(() -> index.put(entry(key(2), NOON, 10)).join())
                    .hasMessageContaining("afterimage.directory (" + root + ") cannot be used");

            Files.delete(root.resolve("lock"));
            index.put(entry(key(2), NOON, 10)).join();
            assertThat(index.find(key(2)).join()).isPresent();
        }
    }

    @Test
    void aDatabaseThatIsDamagedWhileItIsUsedIsNamed() throws IOException {
        Path file = root.resolve("afterimage.db");
        try (Database database = new Database(root, false)) {
            SqliteIndex index = new SqliteIndex(database);
            for (int i = 0; i < 2_000; i++) {
                index.put(entry(key(i), NOON, 10));
            }
            index.put(entry(key(1), NOON, 10)).join();
        }
        byte[] bytes = Files.readAllBytes(file);
        java.util.Arrays.fill(bytes, 4096, bytes.length, (byte) 0x5a);
        try (Database database = new Database(root, false)) {
            Files.write(file, bytes);

            assertThatThrownBy(() -> new SqliteIndex(database).find(key(7)).join())
                    .hasMessageContaining("afterimage.db is damaged")
                    .hasMessageContaining("the images are found again");
        }
    }

    /** Promised writes are synced to disk, noted ones are not; both survive the process. */
    @Test
    void syncedWritesAreSyncedAndOthersAreNot() {
        try (Database database = new Database(root, false)) {
            assertThat(synchronous(database, DatabaseThread.Kind.SYNCED)).isEqualTo(2);
            assertThat(synchronous(database, DatabaseThread.Kind.UNSYNCED)).isEqualTo(1);
            assertThat(synchronous(database, DatabaseThread.Kind.SYNCED)).isEqualTo(2);
            assertThat(database.read(session -> session.first("PRAGMA journal_mode", row -> row.getString(1)))
                            .join())
                    .contains("wal");
        }
    }

    private static long synchronous(Database database, DatabaseThread.Kind kind) {
        return database.change(kind, session -> session.number("PRAGMA synchronous"))
                .join();
    }

    private static void execute(Path file, String sql) throws Exception {
        try (Connection connection = JDBC.createConnection(JDBC.PREFIX + file, new Properties());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** A process that has the directory and, for each line that it is sent, says whether an entry is there. */
    static final class Holder {

        public static void main(String[] args) throws IOException {
            Database database = new Database(Path.of(args[0]), Boolean.parseBoolean(args[1]));
            System.out.println("open");
            while (System.in.read() >= 0) {
                if (System.in.available() == 0) {
                    System.out.println(
                            new SqliteIndex(database).find(key(1)).join().isPresent());
                }
            }
        }
    }
}
