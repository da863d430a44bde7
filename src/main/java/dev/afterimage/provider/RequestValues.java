package dev.afterimage.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.provider.Description.Each;
import dev.afterimage.provider.Text.Placeholder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Fills the placeholders of a description with one request. */
final class RequestValues {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ImageRequest request;
    private final Map<String, String> words;
    private final Optional<Each> each;
    private final JsonNode data;

    /**
     * The values of one request.
     *
     * @param words the values of the placeholders that are not in the data, such as {@code template}
     */
    RequestValues(ImageRequest request, Map<String, String> words, Optional<Each> each) {
        this.request = request;
        this.words = words;
        this.each = each;
        this.data = ProviderJson.tree(request.data().json().getBytes(StandardCharsets.UTF_8))
                .orElseThrow();
    }

    /**
     * The value in the data at this path.
     *
     * @throws RejectedException when there is none
     */
    JsonNode data(JsonPath path) {
        return path.in(data)
                .findFirst()
                .filter(value -> !value.isNull())
                .orElseThrow(() -> new RejectedException(
                        Reason.DATA, "The provider needs the data's " + path + ". Add it to the request's data."));
    }

    /**
     * Checks that the data has nothing at these paths but null, false or a number from 0 to 1: none of these orders a second
     * image or another kind of answer.
     *
     * @throws RejectedException when there is anything else
     */
    void requireNothingAt(List<JsonPath> refused) {
        refused.stream()
                .filter(path -> path.in(data).anyMatch(value -> !isHarmless(value)))
                .findFirst()
                .ifPresent(path -> {
                    throw new RejectedException(
                            Reason.DATA,
                            "Leave out the data's " + path
                                    + ": each request makes one image, of its template, and the provider's answer goes to"
                                    + " this service only.");
                });
    }

    private static boolean isHarmless(JsonNode value) {
        return value.isNull()
                || (value.isBoolean() && !value.booleanValue())
                || (value.isNumber() && value.doubleValue() >= 0 && value.doubleValue() <= 1);
    }

    /** A described body, or a part of it, with all placeholders filled. */
    JsonNode fill(JsonNode described) {
        if (described.isObject()) {
            return object(described);
        }
        if (described.isArray()) {
            ArrayNode filled = JSON.arrayNode();
            described.forEach(entry -> filled.add(fill(entry)));
            return filled;
        }
        return described.isTextual() ? text(described) : described;
    }

    /**
     * Fills an object. The description's own properties win over merged data, so that no request can choose another
     * model.
     */
    private JsonNode object(JsonNode described) {
        ObjectNode filled = JSON.objectNode();
        Optional.ofNullable(described.get(DescriptionCompiler.MERGE_PROPERTY))
                .map(RequestValues::textOf)
                .flatMap(Text::alone)
                .ifPresent(placeholder -> merge(placeholder, filled));
        described.properties().forEach(property -> {
            if (!property.getKey().equals(DescriptionCompiler.MERGE_PROPERTY)) {
                filled.set(property.getKey(), fill(property.getValue()));
            }
        });
        return filled;
    }

    private void merge(Placeholder placeholder, ObjectNode into) {
        JsonNode merged = placeholder.inData().map(this::data).orElse(data);
        if (!merged.isObject()) {
            throw new RejectedException(
                    Reason.DATA,
                    "The provider needs an object as the data's "
                            + placeholder.inData().orElseThrow() + ".");
        }
        into.setAll((ObjectNode) merged);
    }

    private JsonNode text(JsonNode described) {
        Text text = textOf(described);
        return text.alone().map(this::value).orElseGet(() -> TextNode.valueOf(fill(text, UnaryOperator.identity())));
    }

    private static Text textOf(JsonNode described) {
        return described.textValue().isBlank()
                ? Text.literal(described.textValue())
                : Text.of(new DescriptionNode(described, ""), placeholder -> true, "");
    }

    private JsonNode value(Placeholder placeholder) {
        return switch (placeholder.name()) {
            // Unchanged: it is canonical JSON already.
            case "data" -> new POJONode(new RawValue(request.data().json()));
            case "each" -> entries();
            case "variant" -> IntNode.valueOf(request.variant());
            default -> placeholder.inData().map(this::data).orElseGet(() -> TextNode.valueOf(word(placeholder.name())));
        };
    }

    /**
     * A described text with all placeholders filled.
     *
     * @param escape applied to each value, so that it stays one segment of a URL; for the target, to each of its segments
     */
    String fill(Text text, UnaryOperator<String> escape) {
        return text.fill(name -> name.equals("target")
                ? Stream.of(word(name).split("/")).map(escape).collect(Collectors.joining("/"))
                : escape.apply(scalar(new Placeholder(name))));
    }

    private String scalar(Placeholder placeholder) {
        return placeholder
                .inData()
                .map(path -> ProviderJson.text(data(path))
                        .orElseThrow(() -> new RejectedException(
                                Reason.DATA, "The provider needs a text or a number as the data's " + path + ".")))
                .orElseGet(() -> word(placeholder.name()));
    }

    private String word(String name) {
        return Optional.ofNullable(words.get(name)).orElseThrow();
    }

    private JsonNode entries() {
        Each forms = each.orElseThrow();
        ArrayNode array = JSON.arrayNode();
        ObjectNode object = JSON.objectNode();
        data.properties().forEach(property -> {
            JsonNode entry = entry(forms, property.getKey(), property.getValue());
            array.add(entry);
            object.set(property.getKey(), entry);
        });
        return forms.array() ? array : object;
    }

    /** The entry for one property. A value that is an object is the entry itself; in an array its name is added to it. */
    private static JsonNode entry(Each forms, String name, JsonNode value) {
        if (!value.isObject()) {
            return entryOf(isUrl(value) ? forms.url() : forms.text(), name, value);
        }
        if (!forms.array()) {
            return value;
        }
        ObjectNode named = JSON.objectNode();
        forms.text().properties().forEach(property -> {
            if (property.getValue().asText().equals("{name}")) {
                named.put(property.getKey(), name);
            }
        });
        value.properties().forEach(property -> named.putIfAbsent(property.getKey(), property.getValue()));
        return named;
    }

    private static JsonNode entryOf(JsonNode form, String name, JsonNode value) {
        if (form.isObject()) {
            ObjectNode entry = JSON.objectNode();
            form.properties()
                    .forEach(property -> entry.set(property.getKey(), entryOf(property.getValue(), name, value)));
            return entry;
        }
        if (!form.isTextual()) {
            return form;
        }
        return form.textValue().equals("{value}")
                ? value
                : TextNode.valueOf(form.textValue().replace("{name}", name));
    }

    private static boolean isUrl(JsonNode value) {
        return value.isTextual() && value.textValue().matches("(?i)https?://.*");
    }
}
