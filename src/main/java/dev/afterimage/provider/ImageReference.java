package dev.afterimage.provider;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.image.MagicNumber;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Where a JSON answer has its image. */
sealed interface ImageReference {

    /** It lies behind this URL. */
    record Link(String url) implements ImageReference {}

    /** It is in the answer, in base64. */
    @SuppressWarnings("ArrayRecordComponent") // identity is never compared
    record Inline(byte[] content) implements ImageReference {}

    /** The first at these places that is an http(s) URL, a {@code data:} URI (RFC 2397) in base64, or an image in base64. */
    static Optional<ImageReference> in(JsonNode json, List<JsonPath> places) {
        return places.stream()
                .flatMap(place -> place.in(json))
                .filter(JsonNode::isTextual)
                .flatMap(node -> read(node.textValue().strip()).stream())
                .findFirst();
    }

    private static Optional<ImageReference> read(String text) {
        String start = text.substring(0, Math.min(text.length(), 8)).toLowerCase(Locale.ROOT);
        if (start.startsWith("http:") || start.startsWith("https:")) {
            return Optional.of(new Link(text));
        }
        if (start.startsWith("data:")) {
            int comma = text.indexOf(',');
            boolean base64 = comma > 0 && text.substring(0, comma).endsWith(";base64");
            return base64 ? decode(text.substring(comma + 1)).map(ImageReference.class::cast) : Optional.empty();
        }
        return decode(text)
                .filter(inline -> MagicNumber.formatOf(inline.content()).isPresent())
                .map(ImageReference.class::cast);
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
