package dev.afterimage.provider;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.image.MagicNumber;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Where a JSON answer has its picture. */
sealed interface PictureReference {

    /** It lies behind this URL. */
    record Link(String url) implements PictureReference {}

    /** It is in the answer, in base64. */
    @SuppressWarnings("ArrayRecordComponent") // identity is never compared
    record Inline(byte[] content) implements PictureReference {}

    /** Where usual APIs put it, most telling first; the empty pointer is an answer that is a bare string. */
    List<String> POINTERS = List.of(
            "/url",
            "/imageUrl",
            "/image_url",
            "/image/url",
            "/data/url",
            "/data/imageUrl",
            "/data/image_url",
            "/data/image/url",
            "/image",
            "/base64",
            "/image/base64",
            "/data/image",
            "/data/base64",
            "");

    /**
     * Finds the first of {@link #POINTERS} that holds an http(s) URL, a {@code data:} URI (RFC 2397) in base64, or a
     * picture in plain base64.
     */
    static Optional<PictureReference> in(JsonNode json) {
        return POINTERS.stream()
                .map(json::at)
                .filter(JsonNode::isTextual)
                .map(node -> read(node.textValue().strip()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<PictureReference> read(String text) {
        String start = text.substring(0, Math.min(text.length(), 8)).toLowerCase(Locale.ROOT);
        if (start.startsWith("http:") || start.startsWith("https:")) {
            return Optional.of(new Link(text));
        }
        if (start.startsWith("data:")) {
            int comma = text.indexOf(',');
            boolean base64 = comma > 0 && text.substring(0, comma).endsWith(";base64");
            return base64 ? decode(text.substring(comma + 1)).map(PictureReference.class::cast) : Optional.empty();
        }
        return decode(text)
                .filter(inline -> MagicNumber.formatOf(inline.content()).isPresent())
                .map(PictureReference.class::cast);
    }

    private static Optional<Inline> decode(String base64) {
        try {
            byte[] content = Base64.getMimeDecoder().decode(base64);
            return content.length == 0 ? Optional.empty() : Optional.of(new Inline(content));
        } catch (IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }
}
