package dev.afterimage.image;

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

    /** The format with this content type, parameters ignored. */
    public static Optional<ImageFormat> ofContentType(String contentType) {
        String essence = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> format.contentType.equals(essence))
                .findFirst();
    }

    private static String words() {
        return Arrays.stream(values()).map(ImageFormat::word).collect(Collectors.joining(", "));
    }
}
