package dev.afterimage.provider;

import dev.afterimage.generation.NotAnImageException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.MagicNumber;

/** Makes an image of bytes, or says what they are instead. */
final class Images {

    private Images() {}

    /**
     * The image, by its own magic number and not by what its header says.
     *
     * @throws NotAnImageException when they are no image that may pass, or too many
     */
    static GeneratedImage of(byte[] content, long maxBytes) {
        if (content.length > maxBytes) {
            throw new NotAnImageException("the image is larger than " + maxBytes + " bytes");
        }
        return MagicNumber.formatOf(content)
                .map(format -> new GeneratedImage(content, format))
                .orElseThrow(() -> new NotAnImageException(
                        "the provider answered " + kindOf(content) + " instead of a PNG, JPEG, WebP or GIF image"));
    }

    private static String kindOf(byte[] content) {
        for (byte b : content) {
            if (!Character.isWhitespace(b)) {
                return switch (b) {
                    case '<' -> "HTML or SVG";
                    case '{', '[', '"' -> "JSON without an image";
                    default -> "unknown bytes";
                };
            }
        }
        return "nothing";
    }
}
