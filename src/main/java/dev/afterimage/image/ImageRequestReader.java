package dev.afterimage.image;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code {"template":"…","data":{…},"format":"png","variant":0}} strictly: valid UTF-8, no property twice, no
 * unknown property, nothing after the object, and data that has a canonical form ({@link CanonicalJson}). Anything else
 * is an {@link InvalidRequestException} that names the wrong part and says how to mend it.
 */
public final class ImageRequestReader {

    private static final Pattern VARIANT = Pattern.compile("[0-9]{1,10}");

    /** Reads the value of a further property, which is not part of the image request, such as a callback. */
    @FunctionalInterface
    public interface Member {
        void read(JsonParser parser, @Nullable JsonToken value) throws IOException;
    }

    private ImageRequestReader() {}

    /**
     * Reads a request that may have one further property.
     *
     * @param name of that property
     * @param member reads its value
     */
    public static ImageRequest read(byte[] utf8, String name, Member member) {
        return read(decode(utf8), Optional.empty(), Map.of(name, member));
    }

    /**
     * Reads one request of many that may share a template.
     *
     * @param templateForAll the template of a request that names none
     */
    public static ImageRequest read(String json, Optional<TemplateId> templateForAll) {
        return read(json, templateForAll, Map.of());
    }

    private static ImageRequest read(String json, Optional<TemplateId> templateForAll, Map<String, Member> more) {
        try (JsonParser parser = CanonicalJson.JSON.createParser(json)) {
            ImageRequest request = readObject(parser, parser.nextToken(), templateForAll.orElse(null), more);
            if (parser.nextToken() != null) {
                throw new InvalidRequestException("Remove the text after the JSON object.", "body");
            }
            return request;
        } catch (IOException e) {
            throw CanonicalJson.unreadable(e, "body");
        }
    }

    private static ImageRequest readObject(
            JsonParser parser, @Nullable JsonToken start, @Nullable TemplateId templateForAll, Map<String, Member> more)
            throws IOException {
        if (start != JsonToken.START_OBJECT) {
            throw new InvalidRequestException(
                    "Send a JSON object such as {\"template\":\"social-card\",\"data\":{\"title\":\"Hello\"}}.",
                    "body");
        }
        TemplateId template = templateForAll;
        TemplateData data = null;
        ImageFormat format = ImageFormat.PNG;
        int variant = 0;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken token = parser.nextToken();
            switch (name) {
                case "template" -> template = new TemplateId(text(parser, token, name));
                case "data" -> data = CanonicalJson.readObject(parser, token);
                case "format" -> {
                    if (token != JsonToken.VALUE_NULL) {
                        format = ImageFormat.named(text(parser, token, name));
                    }
                }
                case "variant" -> variant = token == JsonToken.VALUE_NULL ? 0 : variant(parser, token);
                default -> {
                    Member member = more.get(name);
                    if (member == null) {
                        throw new InvalidRequestException(
                                "Remove the properties other than template, data, format and variant; what fills the template"
                                        + " belongs into data.",
                                "body");
                    }
                    member.read(parser, token);
                }
            }
        }
        if (template == null) {
            throw new InvalidRequestException("Name the template, such as \"template\":\"social-card\".", "template");
        }
        if (data == null) {
            throw new InvalidRequestException(
                    "Give the data that fills the template as a JSON object; {} when it needs none.", "data");
        }
        return new ImageRequest(template, data, format, variant);
    }

    /** A number in JSON means the same whatever its spelling: 1.0 and 1e0 are 1. */
    private static int variant(JsonParser parser, @Nullable JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
            throw badVariant();
        }
        try {
            int variant = new BigDecimal(parser.getText()).intValueExact();
            if (variant < 0) {
                throw badVariant();
            }
            return variant;
        } catch (ArithmeticException | NumberFormatException notWhole) {
            throw badVariant();
        }
    }

    /**
     * Reads a variant from decimal digits.
     *
     * @throws InvalidRequestException when it is no whole number from 0 to 2147483647
     */
    public static int variant(String digits) {
        if (!VARIANT.matcher(digits).matches()) {
            throw badVariant();
        }
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException tooLarge) {
            throw badVariant();
        }
    }

    private static InvalidRequestException badVariant() {
        return new InvalidRequestException("Write variant as a whole number from 0 to 2147483647.", "variant");
    }

    private static String text(JsonParser parser, @Nullable JsonToken token, String name) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw new InvalidRequestException("Write " + name + " as a JSON string.", name);
        }
        return parser.getText();
    }

    /**
     * The text of a body.
     *
     * @throws InvalidRequestException when the bytes are not UTF-8
     */
    public static String decode(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidRequestException("The body is not valid UTF-8.", "body");
        }
    }
}
