package dev.afterimage.local;

import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.cache.ImageIndexContract;
import dev.afterimage.cache.IndexEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SqliteIndexTest extends ImageIndexContract {

    @RegisterExtension
    final OpenDatabase database = new OpenDatabase();

    @Override
    protected ImageIndex index() {
        return sqlite();
    }

    private SqliteIndex sqlite() {
        return new SqliteIndex(database.get());
    }

    @Test
    void entriesSurviveARestart() {
        IndexEntry entry = entry(key(1), now(), 10);
        sqlite().put(entry).join();

        database.reopen();

        assertThat(sqlite().find(key(1)).join()).contains(entry);
    }

    @Test
    void theDirectoryMayBeRemovedMeanwhile() {
        sqlite().put(entry(key(1), now(), 10)).join();
        OpenDatabase.remove(database.directory());

        assertThat(sqlite().find(key(1)).join()).isEmpty();
        sqlite().put(entry(key(1), now(), 10)).join();
        database.reopen();
        assertThat(sqlite().find(key(1)).join()).isPresent();
    }

    @Test
    void aFullDiskIsAFailureThatIsNamedAndEntriesAreFoundAllTheSame() {
        IndexEntry first = entry(key(1), now(), 10);
        sqlite().put(first).join();
        database.fillDisk();

        List<CompletableFuture<Void>> puts = new ArrayList<>();
        for (int i = 2; i < 2_000; i++) {
            puts.add(sqlite().put(entry(key(i), now(), 20)));
        }

        assertThatThrownBy(() -> puts.getLast().join())
                .hasCauseInstanceOf(CacheUnavailableException.class)
                .hasMessageContaining("afterimage.directory (" + database.directory() + ") is full")
                .hasMessageContaining("Free some space");
        assertThat(sqlite().find(key(1)).join()).contains(first);
        database.emptyDisk();
        sqlite().put(entry(key(1_999), now(), 20)).join();
    }

    @Test
    void closedDatabaseFailsAndDoesNotHang() {
        SqliteIndex index = sqlite();
        database.get().close();

        assertUnavailable(index.find(key(1)));
        assertUnavailable(index.put(entry(key(1), now(), 10)));
        assertUnavailable(index.findAll(List.of(key(1))));
    }

    private static void assertUnavailable(CompletableFuture<?> answer) {
        assertThatThrownBy(answer::join).hasCauseInstanceOf(CacheUnavailableException.class);
    }
}
