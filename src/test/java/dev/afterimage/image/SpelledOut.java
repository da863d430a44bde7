package dev.afterimage.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** The meaning of JSON by Jackson's tree model, which the code under test doesn't use. */
final class SpelledOut {

    private static final int MAX_DEPTH = 64;
    private static final int LONGEST_NUMBER = 400;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(1_000)
                        .maxNumberLength(2_000)
                        .build());
        JSON.getFactory()
                .setStreamWriteConstraints(
                        StreamWriteConstraints.builder().maxNestingDepth(2_000).build());
    }

    private SpelledOut() {}

    /** Empty when it isn't one document in UTF-8, or is absurd. */
    static Optional<JsonNode> parse(byte[] json) throws IOException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
            return Optional.of(JSON.readTree(text)).filter(node -> !node.isMissingNode());
        } catch (JsonProcessingException | CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** The same document with its members in the opposite order, in ASCII, and with white space. */
    static List<String> inOtherWords(ObjectNode document) throws IOException {
        JsonNode reversed = reversed(document);
        return List.of(
                JSON.writeValueAsString(reversed),
                JSON.writerWithDefaultPrettyPrinter()
                        .with(JsonWriteFeature.ESCAPE_NON_ASCII)
                        .writeValueAsString(reversed));
    }

    private static JsonNode reversed(JsonNode node) {
        if (node instanceof ArrayNode array) {
            ArrayNode copy = JSON.createArrayNode();
            array.forEach(element -> copy.add(reversed(element)));
            return copy;
        }
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JSON.createObjectNode();
            new ArrayList<>(object.properties())
                    .reversed()
                    .forEach(member -> copy.set(member.getKey(), reversed(member.getValue())));
            return copy;
        }
        return node;
    }

    /** Whether both are equal when their numbers are doubles. */
    static boolean sameMeaning(JsonNode one, JsonNode other) {
        return one.equals(
                (a, b) -> a instanceof NumericNode
                                && b instanceof NumericNode
                                && a.decimalValue().doubleValue()
                                        == b.decimalValue().doubleValue()
                        ? 0
                        : a.equals(b) ? 0 : 1,
                other);
    }

    /** Whether this must be accepted as data: an object of bounded depth, whole characters, numbers that a double holds. */
    static boolean hasOneMeaning(JsonNode data) {
        return data.isObject() && hasOneMeaning(data, 1);
    }

    private static boolean hasOneMeaning(JsonNode node, int depth) {
        if (node.isContainerNode()) {
            boolean names = node.properties().stream().allMatch(member -> isText(member.getKey()));
            return depth <= MAX_DEPTH
                    && names
                    && StreamSupport.stream(node.spliterator(), false)
                            .allMatch(child -> hasOneMeaning(child, depth + (child.isContainerNode() ? 1 : 0)));
        }
        if (node.isTextual()) {
            return isText(node.textValue());
        }
        return !node.isNumber() || isDouble(node.decimalValue(), node.isIntegralNumber());
    }

    private static boolean isText(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    private static boolean isDouble(BigDecimal number, boolean whole) {
        double nearest = number.doubleValue();
        if (Double.isInfinite(nearest) || number.toString().length() > LONGEST_NUMBER) {
            return false;
        }
        // What RFC 8785 writes for a double stands for that double; from 10^21 on it writes an exponent.
        return !whole
                || new BigDecimal(nearest).compareTo(number) == 0
                || (Math.abs(nearest) < 1e21 && number.compareTo(new BigDecimal(Double.toString(nearest))) == 0);
    }
}
