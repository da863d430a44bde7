package dev.afterimage.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Says whether an image is whole or was cut short, by what its container says of its end: an end mark (PNG, JPEG, GIF)
 * or a length (WebP). Nothing is decoded, so that no hostile image can cost more than one pass over its bytes.
 */
public final class WholeImage {

    private static final int PNG_SIGNATURE_BYTES = 8;
    /** A chunk's length, type and CRC, of four bytes each. */
    private static final int PNG_CHUNK_OVERHEAD_BYTES = 12;

    private static final int RIFF_HEADER_BYTES = 8;
    private static final int IHDR = 0x49484452;
    private static final int IDAT = 0x49444154;
    private static final int IEND = 0x49454E44;

    private WholeImage() {}

    /** Whether these bytes, which begin as this format, also end as it. */
    public static boolean is(byte[] content, ImageFormat format) {
        return switch (format) {
            case PNG -> png(content);
            case JPEG -> endsWith(content, 0xFF, 0xD9);
            case GIF -> endsWith(content, 0x00, 0x3B);
            case WEBP -> webp(content);
        };
    }

    /**
     * PNG (ISO/IEC 15948), section 5: chunks of length, type, data and CRC. The first is IHDR, at least one is IDAT,
     * and nothing follows IEND.
     */
    private static boolean png(byte[] content) {
        ByteBuffer image = ByteBuffer.wrap(content);
        long offset = PNG_SIGNATURE_BYTES;
        boolean pixels = false;
        while (offset + PNG_CHUNK_OVERHEAD_BYTES <= content.length) {
            int at = (int) offset;
            int type = image.getInt(at + 4);
            if ((at == PNG_SIGNATURE_BYTES) != (type == IHDR)) {
                return false;
            }
            offset += PNG_CHUNK_OVERHEAD_BYTES + Integer.toUnsignedLong(image.getInt(at));
            pixels |= type == IDAT;
            if (type == IEND) {
                return pixels && offset == content.length;
            }
        }
        return false;
    }

    /** RIFF: the size of what follows the eighth byte, little-endian; an odd size may be padded with a byte. */
    private static boolean webp(byte[] content) {
        long size = Integer.toUnsignedLong(
                ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getInt(4));
        long left = content.length - RIFF_HEADER_BYTES - size;
        return left == 0 || (left == 1 && size % 2 == 1);
    }

    private static boolean endsWith(byte[] content, int first, int second) {
        int length = content.length;
        return length > 1 && (content[length - 2] & 0xFF) == first && (content[length - 1] & 0xFF) == second;
    }
}
