package dev.afterimage.limit;

/**
 * How often the service pays for answers that bring no image.
 *
 * @param repurchases how often a key is bought again after calls whose end is unknown or that brought no image, 0 or more
 * @param maxUnusable how many unusable answers in a row, of whatever keys, stop the bulk lane; 1 or more
 */
public record ReceiptRules(int repurchases, int maxUnusable) {

    public ReceiptRules {
        if (repurchases < 0) {
            throw new IllegalArgumentException("afterimage.generation.repurchases must be at least 0");
        }
        if (maxUnusable < 1) {
            throw new IllegalArgumentException("afterimage.generation.max-unusable must be at least 1");
        }
    }
}
