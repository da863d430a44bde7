package dev.afterimage.wiring;

import dev.afterimage.batch.BatchLedger;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.catalogue.Checkpoints;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.PendingKeys;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.ReceiptStorage;
import dev.afterimage.store.ImageStore;
import jakarta.enterprise.inject.Instance;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The parts that keep what they keep in a directory of this machine. The build for Lambda has none of them (nor the database that
 * they need), because a function has no disk that stays.
 */
interface LocalBackend {

    /**
     * The local back end of this build.
     *
     * @throws IllegalStateException in the build for Lambda, which has none; says what to set instead
     */
    static LocalBackend of(Instance<LocalBackend> local) {
        if (local.isUnsatisfied()) {
            throw new IllegalStateException(
                    "This build, the one for AWS Lambda, has no local back end: a function has no disk"
                            + " that stays. Set afterimage.backend=aws (AFTERIMAGE_BACKEND=aws), name no part local, and name a key"
                            + " that signs URLs (afterimage.delivery.private-key-secret).");
        }
        return local.get();
    }

    /** Takes the directory before anybody needs it, so that a start in vain says so. */
    void open();

    ImageIndex index();

    ImageStore store();

    /** Decorates an index so that an entry counts only while its image lies in the {@link #store()}. */
    ImageIndex withImagesPresent(ImageIndex index);

    TemplateVersions templateVersions();

    JobQueue jobQueue(Duration visibilityTimeout);

    PendingKeys pendingKeys();

    BatchLedger batchLedger();

    Checkpoints checkpoints();

    /** Counts credits; {@code limit} as the budget's. */
    CreditBudget creditBudget(OptionalLong limit);

    /** Keeps the receipts of a process that counts its calls by itself. */
    ReceiptStorage receipts();

    /** The key that signs URLs where none is configured; made at first start. */
    PrivateKey deliveryKey();

    /** What keeps the directory from being written to, and the mend; empty when a file could be written. */
    Optional<String> defect();

    /** Gives the directory back. */
    void close();
}
