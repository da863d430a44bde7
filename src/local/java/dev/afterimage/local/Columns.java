package dev.afterimage.local;

import dev.afterimage.image.ImageKey;
import java.util.HexFormat;

/** How values of the domain stand in a column. */
final class Columns {

    private Columns() {}

    /** The key that was written as its 32 bytes. */
    static ImageKey key(byte[] column) {
        return new ImageKey(HexFormat.of().formatHex(column));
    }

    /** The 32 bytes that a key's 64 hexadecimal digits spell. */
    static byte[] of(ImageKey key) {
        return HexFormat.of().parseHex(key.value());
    }
}
