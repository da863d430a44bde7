package dev.afterimage.wiring;

import dev.afterimage.batch.BatchLedger;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.catalogue.CatalogueRunner.Checkpoints;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.PendingKeys;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.ReceiptStorage;
import dev.afterimage.local.DataDirectory;
import dev.afterimage.local.Database;
import dev.afterimage.local.FileImageStore;
import dev.afterimage.local.PemKeyFile;
import dev.afterimage.local.SqliteBatchLedger;
import dev.afterimage.local.SqliteCheckpoints;
import dev.afterimage.local.SqliteCreditBudget;
import dev.afterimage.local.SqliteIndex;
import dev.afterimage.local.SqliteJobQueue;
import dev.afterimage.local.SqlitePendingKeys;
import dev.afterimage.local.SqliteReceipts;
import dev.afterimage.local.SqliteTemplateVersions;
import dev.afterimage.store.ImageStore;
import dev.afterimage.time.Machine;
import dev.afterimage.wiring.BackendConfig.FleetKind;
import jakarta.enterprise.inject.Disposes;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the local back end. */
class LocalWiring {

    @Singleton
    LocalBackend local(BackendConfig backends, Machine machine) {
        return new OneDirectory(backends.directory(), backends.fleetKind() == FleetKind.REDIS, machine);
    }

    void close(@Disposes LocalBackend local) {
        local.close();
    }

    /**
     * The local back end in one directory. It opens the database when a part first needs it: an instance with the AWS
     * back end may need only the key that signs URLs.
     */
    private static final class OneDirectory implements LocalBackend {

        private final Path path;
        private final boolean shared;
        private final Machine machine;
        private final DataDirectory directory;
        private final FileImageStore store;
        private @Nullable Database database;

        OneDirectory(Path path, boolean shared, Machine machine) {
            this.path = path;
            this.shared = shared;
            this.machine = machine;
            this.directory = new DataDirectory(path, machine.clock());
            this.store = new FileImageStore(directory);
        }

        private synchronized Database database() {
            Database open = database;
            if (open == null) {
                open = new Database(path, shared);
                database = open;
            }
            return open;
        }

        @Override
        public void open() {
            database();
        }

        @Override
        public ImageIndex index() {
            return new SqliteIndex(database());
        }

        @Override
        public ImageStore store() {
            return store;
        }

        @Override
        public ImageIndex withImagesPresent(ImageIndex index) {
            return new FileImageStore.PresentImages(index, store);
        }

        @Override
        public TemplateVersions templateVersions() {
            return new SqliteTemplateVersions(database(), machine.nanoTime()::getAsLong);
        }

        @Override
        public JobQueue jobQueue(Duration visibilityTimeout) {
            return new SqliteJobQueue(database(), visibilityTimeout, machine.clock(), machine.pause());
        }

        @Override
        public PendingKeys pendingKeys() {
            return new SqlitePendingKeys(database(), machine.clock());
        }

        @Override
        public BatchLedger batchLedger() {
            return new SqliteBatchLedger(database(), machine.clock());
        }

        @Override
        public Checkpoints checkpoints() {
            return new SqliteCheckpoints(database());
        }

        @Override
        public CreditBudget creditBudget(CreditBudget.Budgets budgets) {
            return new SqliteCreditBudget(database(), budgets, machine.clock());
        }

        @Override
        public ReceiptStorage receipts() {
            return new SqliteReceipts(database(), machine.clock());
        }

        @Override
        public PrivateKey deliveryKey() {
            return new PemKeyFile(directory).readOrCreate();
        }

        @Override
        public Optional<String> defect() {
            return directory.defect();
        }

        @Override
        public synchronized void close() {
            Database open = database;
            if (open != null) {
                database = null;
                open.close();
            }
        }
    }
}
