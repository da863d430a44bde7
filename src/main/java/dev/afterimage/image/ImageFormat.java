package dev.afterimage.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The image formats that are accepted: raster images that browsers show and that cannot carry a script. */
public enum ImageFormat {
    PNG("png", "image/png"),
    JPEG("jpeg", "image/jpeg"),
    WEBP("webp", "image/webp"),
    GIF("gif", "image/gif");

    /** The length of the longest signature, that of WebP. */
    private static final int SIGNATURE_BYTES = 14;

    private final String word;
    private final String contentType;

    ImageFormat(String word, String contentType) {
        this.word = word;
        this.contentType = contentType;
    }

    /** The lower-case word used in requests, keys and provider parameters. */
    public String word() {
        return word;
    }

    public String contentType() {
        return contentType;
    }

    /**
     * Reads the word of a request; {@code jpg} is another spelling of {@code jpeg}.
     *
     * @throws InvalidRequestException when no format has that name
     */
    public static ImageFormat named(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> format.word.equals(lower.equals("jpg") ? JPEG.word : lower))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException(
                        "The format must be one of " + words() + "; leave it out for " + PNG.word + ".", "format"));
    }

    /**
     * The format that these bytes begin as, whatever a {@code Content-Type} says; empty when they are no image that may pass.
     * Signatures from the WHATWG "MIME Sniffing Standard", section "Matching an image type pattern". SVG and HTML match none.
     */
    public static Optional<ImageFormat> ofContent(byte[] content) {
        String head = new String(content, 0, Math.min(SIGNATURE_BYTES, content.length), StandardCharsets.ISO_8859_1);
        if (head.startsWith("\u0089PNG\r\n\u001A\n")) {
            return Optional.of(PNG);
        }
        if (head.startsWith("\u00FF\u00D8\u00FF")) {
            return Optional.of(JPEG);
        }
        if (head.startsWith("RIFF") && head.startsWith("WEBPVP", 8)) {
            return Optional.of(WEBP);
        }
        return head.startsWith("GIF87a") || head.startsWith("GIF89a") ? Optional.of(GIF) : Optional.empty();
    }

    private static String words() {
        return Arrays.stream(values()).map(ImageFormat::word).collect(Collectors.joining(", "));
    }
}
