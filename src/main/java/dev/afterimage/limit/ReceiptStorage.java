package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Port: keeps the receipts of a fleet of one process over its restarts. */
public interface ReceiptStorage {

    /**
     * A receipt, with what only {@link ReceiptMap} needs.
     *
     * @param before the state of the receipt that an open one replaced: UNKNOWN, UNUSABLE or IMAGE; empty for any other.
     *     Only the holder uses it, so it is not kept over a restart
     * @param made when the image was made: of an IMAGE receipt, or of the one that an open receipt replaced; else the epoch
     * @param deleted the time of the last DELETE; the epoch when there was none
     * @param deletedOpen whether that DELETE came while this receipt's call could still run, and not before it left
     * @param end when the receipt expires
     */
    record Entry(
            Receipt receipt,
            Optional<Receipt.State> before,
            Instant made,
            Instant deleted,
            boolean deletedOpen,
            Instant end) {

        Entry with(Receipt newer) {
            return new Entry(newer, before, made, deleted, deletedOpen, end);
        }

        Entry until(Instant newEnd) {
            return new Entry(receipt, before, made, deleted, deletedOpen, newEnd);
        }
    }

    /** All receipts that were kept. Blocks. */
    List<Entry> load();

    /**
     * Writes a receipt in place of the key's former one. Does not block: the answer completes when the receipt survives a
     * crash. Changes are written in the order of the calls.
     */
    CompletableFuture<?> put(Entry entry);

    /** Removes the key's receipt, asynchronously as {@link #put}. */
    CompletableFuture<?> remove(ImageKey key);

    /** Keeps nothing: receipts end with the process. */
    ReceiptStorage NONE = new ReceiptStorage() {

        @Override
        public List<Entry> load() {
            return List.of();
        }

        @Override
        public CompletableFuture<?> put(Entry entry) {
            return CompletableFuture.completedFuture(entry);
        }

        @Override
        public CompletableFuture<?> remove(ImageKey key) {
            return CompletableFuture.completedFuture(key);
        }
    };
}
