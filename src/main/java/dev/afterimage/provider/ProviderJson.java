package dev.afterimage.provider;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads a provider's JSON without exceptions: what is no JSON, or missing, is empty. */
final class ProviderJson {

    /** Has no limit of its own for strings, because an image in base64 is one string. The HTTP client bounds the answer. */
    private static final ObjectReader READER = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .reader();

    private ProviderJson() {}

    static Optional<JsonNode> tree(byte[] body) {
        try {
            return Optional.ofNullable(READER.readTree(body)).filter(json -> !json.isMissingNode());
        } catch (IOException noJson) {
            return Optional.empty();
        }
    }

    /** A text, finite number or boolean as text; else empty. */
    static Optional<String> text(JsonNode node) {
        if (node.isNumber()) {
            return isFinite(node) ? Optional.of(node.decimalValue().toPlainString()) : Optional.empty();
        }
        return node.isTextual() || node.isBoolean() ? Optional.of(node.asText()) : Optional.empty();
    }

    /** The text or number at the first of these JSON pointers (RFC 6901) that has one, as text. */
    static Optional<String> firstValue(JsonNode json, String... pointers) {
        return Stream.of(pointers)
                .map(json::at)
                .flatMap(node -> text(node).stream())
                .findFirst();
    }

    /** Whether a number is finite: Jackson reads 1e400 as an infinite double. */
    private static boolean isFinite(JsonNode number) {
        return !number.isFloatingPointNumber() || Double.isFinite(number.doubleValue());
    }
}
