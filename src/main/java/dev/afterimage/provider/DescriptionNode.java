package dev.afterimage.provider;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.provider.RetryAfterParser.DurationText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A JSON value in the document of a description, with its JSON pointer, so that every message can name the place of a
 * mistake.
 *
 * @param pointer as RFC 6901 writes it; empty for the whole document
 */
record DescriptionNode(JsonNode json, String pointer) {

    /**
     * The exception for a mistake here.
     *
     * @param reason what is wrong, and how to mend it
     */
    IllegalArgumentException mistake(String reason) {
        return new IllegalArgumentException(
                "The description of the provider is wrong at \"" + pointer + "\": " + reason);
    }

    boolean has(String property) {
        return json.has(property);
    }

    Optional<DescriptionNode> get(String property) {
        return has(property) ? Optional.of(child(property, json.get(property))) : Optional.empty();
    }

    DescriptionNode required(String property) {
        return get(property).orElseThrow(() -> mistake("\"" + property + "\" is missing"));
    }

    /**
     * Refuses what is no object, or has other properties than these.
     *
     * @param names the allowed properties, with blanks between them
     */
    DescriptionNode object(String names) {
        List<String> allowed = List.of(names.split(" "));
        for (DescriptionNode property : properties()) {
            if (!allowed.contains(property.name())) {
                throw property.mistake("there is no such property here; there are "
                        + String.join(", ", allowed.stream().sorted().toList()));
            }
        }
        return this;
    }

    DescriptionNode object() {
        if (!json.isObject()) {
            throw mistake("an object is expected");
        }
        return this;
    }

    /** The values of an object, in their order. */
    List<DescriptionNode> properties() {
        object();
        List<DescriptionNode> children = new ArrayList<>();
        json.fieldNames().forEachRemaining(name -> children.add(child(name, json.get(name))));
        return children;
    }

    /** The last step of the pointer: the property's name. */
    String name() {
        return pointer.substring(pointer.lastIndexOf('/') + 1)
                .replace("~1", "/")
                .replace("~0", "~");
    }

    /** The entries of an array that is not empty; a single value stands for an array of one. */
    List<DescriptionNode> list() {
        if (!json.isArray()) {
            return List.of(this);
        }
        if (json.isEmpty()) {
            throw mistake("at least one entry is expected");
        }
        List<DescriptionNode> entries = new ArrayList<>();
        for (int i = 0; i < json.size(); i++) {
            entries.add(child(Integer.toString(i), json.get(i)));
        }
        return entries;
    }

    /** The entries at a property, each converted by {@code entry}; empty where the property is left out. */
    <T> List<T> list(String property, Function<DescriptionNode, T> entry) {
        return get(property).map(place -> place.list(entry)).orElse(List.of());
    }

    <T> List<T> list(Function<DescriptionNode, T> entry) {
        return list().stream().map(entry).toList();
    }

    String text() {
        if (!json.isTextual() || json.textValue().isBlank()) {
            throw mistake("a text is expected");
        }
        return json.textValue();
    }

    boolean flag() {
        if (!json.isBoolean()) {
            throw mistake("true or false is expected");
        }
        return json.booleanValue();
    }

    /** A whole number of at least 1. */
    int count() {
        if (!json.canConvertToInt() || !json.isIntegralNumber() || json.intValue() < 1) {
            throw mistake("a whole number of at least 1 is expected");
        }
        return json.intValue();
    }

    /** A duration above zero, such as {@code 60s} or {@code 250ms}. */
    Duration duration() {
        return DurationText.exact(text())
                .filter(Duration::isPositive)
                .orElseThrow(() -> mistake("a duration above zero is expected, such as 60s, 250ms or 1m30s"));
    }

    JsonPath path() {
        return Optional.ofNullable(json.textValue())
                .flatMap(JsonPath::of)
                .orElseThrow(() -> mistake("a JSON pointer is expected, such as /data/0/url or /data/*/url"));
    }

    /** One of the words of an enum, written in lower case with hyphens. */
    <E extends Enum<E>> E word(Class<E> words) {
        String text = text();
        for (E constant : words.getEnumConstants()) {
            if (wordOf(constant).equals(text)) {
                return constant;
            }
        }
        throw mistake("one of these is expected: "
                + Stream.of(words.getEnumConstants())
                        .map(DescriptionNode::wordOf)
                        .collect(Collectors.joining(", ")));
    }

    static String wordOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private DescriptionNode child(String step, JsonNode value) {
        return new DescriptionNode(
                value, pointer + "/" + step.replace("~", "~0").replace("/", "~1"));
    }
}
