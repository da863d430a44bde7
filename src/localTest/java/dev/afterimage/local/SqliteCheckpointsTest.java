package dev.afterimage.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.catalogue.CatalogueRunner.Checkpoints;
import dev.afterimage.catalogue.CheckpointsContract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SqliteCheckpointsTest extends CheckpointsContract {

    @RegisterExtension
    final OpenDatabase database = new OpenDatabase();

    @Override
    protected Checkpoints checkpoints() {
        return new SqliteCheckpoints(database.get());
    }

    @Test
    void damagedCheckpointIsIgnored() {
        checkpoints().save("a", CHECKPOINT);
        database.execute("UPDATE checkpoint SET text = '1\nrun\n'");

        assertThat(checkpoints().find("a")).isEmpty();
    }
}
