package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import java.time.Instant;
import java.util.List;

/** Port: keeps the receipts of a process that is the whole fleet over its restarts. Operations block. */
public interface ReceiptStorage {

    /**
     * A receipt.
     *
     * @param end when it goes by itself
     */
    record Kept(Receipt receipt, Instant end) {}

    /** Those that were kept. */
    List<Kept> load();

    /** Keeps a receipt in place of the key's former one; once this returns it survives a crash. */
    void put(Kept receipt);

    void remove(ImageKey key);

    /** Keeps nothing: receipts end with the process. */
    ReceiptStorage NONE = new ReceiptStorage() {

        @Override
        public List<Kept> load() {
            return List.of();
        }

        @Override
        public void put(Kept receipt) {
            // ends with the process
        }

        @Override
        public void remove(ImageKey key) {
            // ends with the process
        }
    };
}
