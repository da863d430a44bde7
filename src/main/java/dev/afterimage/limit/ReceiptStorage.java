package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Port: keeps the receipts of a process that is the whole fleet over its restarts. */
public interface ReceiptStorage {

    /**
     * A receipt, and what only the rules need.
     *
     * @param before what an open one took the place of, if that counts purchases; of use to its holder alone, and so not kept
     *     over a restart
     * @param made when the image was made; the epoch while there is none
     * @param deleted the last DELETE; the epoch when there was none
     * @param deletedOpen whether that came while the call of this receipt could run; its departure may be stamped ahead of that
     * @param end when it goes by itself
     */
    record Kept(
            Receipt receipt,
            Optional<Receipt.State> before,
            Instant made,
            Instant deleted,
            boolean deletedOpen,
            Instant end) {

        Kept with(Receipt newer) {
            return new Kept(newer, before, made, deleted, deletedOpen, end);
        }

        Kept until(Instant newEnd) {
            return new Kept(receipt, before, made, deleted, deletedOpen, newEnd);
        }
    }

    /** Those that were kept. Blocks. */
    List<Kept> load();

    /**
     * Keeps a receipt in place of the key's former one, later: when the answer is complete it survives a crash. Changes are
     * made in the order in which they were asked for.
     */
    CompletableFuture<?> put(Kept receipt);

    /** Removes the key's receipt, as late as {@link #put} keeps it. */
    CompletableFuture<?> remove(ImageKey key);

    /** Keeps nothing: receipts end with the process. */
    ReceiptStorage NONE = new ReceiptStorage() {

        @Override
        public List<Kept> load() {
            return List.of();
        }

        @Override
        public CompletableFuture<?> put(Kept receipt) {
            return CompletableFuture.completedFuture(receipt);
        }

        @Override
        public CompletableFuture<?> remove(ImageKey key) {
            return CompletableFuture.completedFuture(key);
        }
    };
}
