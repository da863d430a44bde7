package dev.afterimage.local;

import dev.afterimage.image.ImageKey;
import java.util.HexFormat;

/** How values of the domain stand in a column. */
final class Columns {

    private Columns() {}

    /** The 32 bytes that a key's 64 hexadecimal digits spell. */
    static byte[] of(ImageKey key) {
        return HexFormat.of().parseHex(key.value());
    }
}
