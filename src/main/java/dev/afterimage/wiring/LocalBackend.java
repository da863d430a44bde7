package dev.afterimage.wiring;

import dev.afterimage.batch.BatchLedger;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.catalogue.CatalogueRunner.Checkpoints;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.PendingKeys;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.ReceiptStorage;
import dev.afterimage.store.ImageStore;
import jakarta.enterprise.inject.Instance;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.Optional;

/**
 * Port: the parts that keep their data in a directory of this machine. The build for Lambda has no implementation (and no
 * SQLite), because a function has no lasting disk.
 */
interface LocalBackend {

    /**
     * The local back end of this build.
     *
     * @throws IllegalStateException in the build for Lambda; says what to set instead
     */
    static LocalBackend of(Instance<LocalBackend> local) {
        if (local.isUnsatisfied()) {
            throw new IllegalStateException(
                    "This build, the one for AWS Lambda, has no local back end, because a function has no"
                            + " lasting disk. Set afterimage.backend=aws (AFTERIMAGE_BACKEND=aws), set no part (afterimage.index,"
                            + " .store, .queue, .fleet) to filesystem or memory, and name a key that signs URLs"
                            + " (afterimage.delivery.private-key-secret).");
        }
        return local.get();
    }

    /** Locks and opens the directory. Throws when it cannot be used, so that the start fails with the reason. */
    void open();

    ImageIndex index();

    ImageStore store();

    /** Decorates an index so that an entry counts only while its image is in the {@link #store()}. */
    ImageIndex withImagesPresent(ImageIndex index);

    TemplateVersions templateVersions();

    JobQueue jobQueue(Duration visibilityTimeout);

    PendingKeys pendingKeys();

    BatchLedger batchLedger();

    Checkpoints checkpoints();

    CreditBudget creditBudget(CreditBudget.Budgets budgets);

    /** Keeps the receipts of a fleet of one process. */
    ReceiptStorage receipts();

    /** The key that signs URLs where none is configured; made at the first start. */
    PrivateKey deliveryKey();

    /** Why the directory cannot be written to, and how to mend it; empty when a file could be written. */
    Optional<String> defect();

    /** Closes the database and unlocks the directory. */
    void close();
}
