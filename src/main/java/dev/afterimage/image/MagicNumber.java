package dev.afterimage.image;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Tells an image's format from its first bytes, because a provider's {@code Content-Type} may lie. Signatures from the
 * WHATWG "MIME Sniffing Standard", section "Matching an image type pattern". SVG and HTML match none and are refused.
 */
public final class MagicNumber {

    /** The bytes that are looked at. */
    private static final int HEAD = 14;

    private MagicNumber() {}

    /** The format that these bytes begin with, or empty when they are no image that may pass. */
    public static Optional<ImageFormat> formatOf(byte[] content) {
        String head = new String(content, 0, Math.min(HEAD, content.length), StandardCharsets.ISO_8859_1);
        if (head.startsWith("\u0089PNG\r\n\u001A\n")) {
            return Optional.of(ImageFormat.PNG);
        }
        if (head.startsWith("\u00FF\u00D8\u00FF")) {
            return Optional.of(ImageFormat.JPEG);
        }
        if (head.startsWith("RIFF") && head.startsWith("WEBPVP", 8)) {
            return Optional.of(ImageFormat.WEBP);
        }
        return head.startsWith("GIF87a") || head.startsWith("GIF89a") ? Optional.of(ImageFormat.GIF) : Optional.empty();
    }
}
