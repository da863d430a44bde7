package dev.afterimage.local;

import dev.afterimage.catalogue.CatalogueRunner.Checkpoints;
import dev.afterimage.catalogue.Checkpoint;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import java.util.Optional;

/** The checkpoints in SQLite: a row for each catalogue. */
public final class SqliteCheckpoints implements Checkpoints {

    private final Access database;

    public SqliteCheckpoints(Database database) {
        this.database = database.failingWith(QueueUnavailableException::new);
    }

    @Override
    public Optional<Checkpoint> find(String catalogue) {
        return database.read(session -> session.first(
                        "SELECT text FROM checkpoint WHERE catalogue = ?", row -> row.getString(1), catalogue))
                .flatMap(Checkpoint::decode);
    }

    @Override
    public void save(String catalogue, Checkpoint checkpoint) {
        database.changeSynced(session -> session.update(
                "REPLACE INTO checkpoint (catalogue, text) VALUES (?, ?)", catalogue, checkpoint.encode()));
    }
}
