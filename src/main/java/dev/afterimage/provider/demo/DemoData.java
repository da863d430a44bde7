package dev.afterimage.provider.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import dev.afterimage.image.ImageRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The data of a call, read by name and type. A text may also be {@code {"text":"…"}}, and a list one text with commas, as in
 * a CSV cell.
 *
 * @param seed chooses what the data does not say, such as colours; the same for the same template and data
 */
record DemoData(JsonNode root, long seed) {

    private static final ObjectReader READER = new ObjectMapper().reader();
    private static final int LONGEST_TEXT = 400;
    private static final int LONGEST_LIST = 24;

    static DemoData of(ImageRequest request) {
        try {
            long seed = (request.template().value() + request.data().json()).hashCode();
            return new DemoData(READER.readTree(request.data().json()), seed);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("template data is JSON by construction", e);
        }
    }

    /** Random numbers that are the same for the same template and data. */
    SplittableRandom random() {
        return new SplittableRandom(seed);
    }

    /** A text on one line, without control characters; empty when it is missing, null or blank. */
    Optional<String> text(String name) {
        return textOf(root.path(name), name).filter(text -> !text.isEmpty());
    }

    /** The same, or the sample where the data does not have this property. */
    String text(String name, String sample) {
        return root.has(name) ? text(name).orElse("") : sample;
    }

    /** A list of 1 to 24 numbers between -1e12 and 1e12. */
    List<Double> numbers(String name, List<Double> sample) {
        if (!root.hasNonNull(name)) {
            return sample;
        }
        List<Double> numbers = new ArrayList<>();
        for (String item : items(name, "a list of 1 to 24 numbers, such as [3, 5, 8]")) {
            numbers.add(number(item, name));
        }
        return List.copyOf(numbers);
    }

    /** A list of 1 to 24 texts. */
    List<String> texts(String name, List<String> sample) {
        return root.hasNonNull(name) ? items(name, "a list of up to 24 texts, such as [\"Jan\", \"Feb\"]") : sample;
    }

    private List<String> items(String name, String expected) {
        JsonNode node = root.path(name);
        List<String> items = new ArrayList<>();
        if (node.isArray()) {
            for (JsonNode item : node) {
                items.add(textOf(item, name + "[" + items.size() + "]").orElse(""));
            }
        } else if (node.isTextual()) {
            items.addAll(List.of(oneLine(node.textValue()).split("\\s*,\\s*")));
        } else {
            throw wrongType(name, expected);
        }
        if (items.isEmpty() || items.size() > LONGEST_LIST) {
            throw wrongType(name, expected);
        }
        return List.copyOf(items);
    }

    private static double number(String item, String name) {
        try {
            double number = Double.parseDouble(item);
            if (Math.abs(number) <= 1e12) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw wrongType(name, "a list of 1 to 24 numbers, such as [3, 5, 8]");
        }
        throw wrongType(name, "a list of numbers between -1e12 and 1e12");
    }

    private static Optional<String> textOf(JsonNode node, String name) {
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (node.isValueNode()) {
            return Optional.of(oneLine(node.asText()));
        }
        if (node.path("text").isValueNode()) {
            return Optional.of(oneLine(node.path("text").asText()));
        }
        throw wrongType(name, "a text, such as \"Hello\"");
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        int end = Math.min(line.length(), LONGEST_TEXT);
        return line.substring(0, end > 0 && Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end);
    }

    private static RejectedException wrongType(String name, String expected) {
        return new RejectedException(
                Reason.DATA, "The demo provider expects data." + name + " to be " + expected + ".");
    }
}
