package dev.afterimage.provider;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A JSON pointer (RFC 6901) in which a step {@code *} stands for every entry of an array or property of an object.
 *
 * @param steps the steps, unescaped; none for the whole document
 */
record JsonPath(List<String> steps) {

    /** Reads a pointer; empty when the text is none. */
    static Optional<JsonPath> of(String pointer) {
        if (pointer.isEmpty()) {
            return Optional.of(new JsonPath(List.of()));
        }
        if (!pointer.startsWith("/")) {
            return Optional.empty();
        }
        return Optional.of(new JsonPath(Arrays.stream(pointer.substring(1).split("/", -1))
                .map(step -> step.replace("~1", "/").replace("~0", "~"))
                .toList()));
    }

    /** All values at this path, in the order of the document. */
    Stream<JsonNode> in(JsonNode json) {
        Stream<JsonNode> found = Stream.of(json);
        for (String step : steps) {
            found = found.flatMap(node -> step(node, step));
        }
        return found;
    }

    private static Stream<JsonNode> step(JsonNode node, String step) {
        if (step.equals("*")) {
            return StreamSupport.stream(node.spliterator(), false);
        }
        boolean index = node.isArray() && step.matches("0|[1-9][0-9]{0,8}");
        return Stream.ofNullable(index ? node.get(Integer.parseInt(step)) : node.get(step));
    }

    /** The first text, finite number or boolean at this path, as text. */
    Optional<String> textIn(JsonNode json) {
        return in(json).flatMap(node -> ProviderJson.text(node).stream()).findFirst();
    }

    @Override
    public String toString() {
        return steps.stream()
                .map(step -> "/" + step.replace("~", "~0").replace("/", "~1"))
                .collect(Collectors.joining());
    }
}
