package dev.afterimage.provider;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads a provider's JSON leniently: what is no JSON is empty, and what is missing is empty. */
final class ProviderJson {

    /** An image in base64 is one long string; how long an answer may be is the HTTP client's matter. */
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

    /** A text, finite number or truth value as text. */
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

    /** Jackson reads 1e400 as an infinite double. */
    private static boolean isFinite(JsonNode number) {
        return !number.isFloatingPointNumber() || Double.isFinite(number.doubleValue());
    }
}
