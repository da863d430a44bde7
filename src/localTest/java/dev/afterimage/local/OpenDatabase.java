package dev.afterimage.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A database in a directory of its own, for one test. */
final class OpenDatabase implements BeforeEachCallback, AfterEachCallback {

    private Path parent;
    private Database database;

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        parent = Files.createTempDirectory("afterimage-test");
        database = new Database(directory(), false);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        database.close();
        remove(parent);
    }

    Database get() {
        return database;
    }

    Path directory() {
        return parent.resolve("data");
    }

    /** As after a restart of the process. */
    void reopen() {
        database.close();
        database = new Database(directory(), false);
    }

    /** Runs statements as another program would that has the file open. */
    void execute(String... statements) {
        database.change(DatabaseThread.Kind.SYNCED, session -> {
                    for (String statement : statements) {
                        session.execute(statement);
                    }
                    return true;
                })
                .join();
    }

    /** Simulates a full disk: no page can be added, and the existing pages have no room for what tests write. */
    void fillDisk() {
        database.change(DatabaseThread.Kind.READ, session -> {
                    session.execute("PRAGMA max_page_count = 1");
                    return true;
                })
                .join();
    }

    void emptyDisk() {
        database.change(DatabaseThread.Kind.READ, session -> {
                    session.execute("PRAGMA max_page_count = 1000000");
                    return true;
                })
                .join();
    }

    static void remove(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
