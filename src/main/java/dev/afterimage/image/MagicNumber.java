package dev.afterimage.image;

import java.util.Optional;

/**
 * Tells an image's format from its first bytes, because a provider's {@code Content-Type} may lie. Signatures from the
 * WHATWG "MIME Sniffing Standard", section "Matching an image type pattern". SVG and HTML match none and are refused.
 */
public final class MagicNumber {

    private MagicNumber() {}

    /** The format that these bytes begin with, or empty when they are no image that may pass. */
    public static Optional<ImageFormat> formatOf(byte[] content) {
        if (beginsWith(content, 0, 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A)) {
            return Optional.of(ImageFormat.PNG);
        }
        if (beginsWith(content, 0, 0xFF, 0xD8, 0xFF)) {
            return Optional.of(ImageFormat.JPEG);
        }
        if (beginsWith(content, 0, 'R', 'I', 'F', 'F') && beginsWith(content, 8, 'W', 'E', 'B', 'P', 'V', 'P')) {
            return Optional.of(ImageFormat.WEBP);
        }
        if (beginsWith(content, 0, 'G', 'I', 'F', '8', '7', 'a')
                || beginsWith(content, 0, 'G', 'I', 'F', '8', '9', 'a')) {
            return Optional.of(ImageFormat.GIF);
        }
        return Optional.empty();
    }

    private static boolean beginsWith(byte[] content, int offset, int... signature) {
        if (content.length < offset + signature.length) {
            return false;
        }
        for (int i = 0; i < signature.length; i++) {
            if ((content[offset + i] & 0xFF) != signature[i]) {
                return false;
            }
        }
        return true;
    }
}
