package dev.afterimage.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A text in a description that may have placeholders, such as {@code Bearer {apiKey}}. */
record Text(List<Part> parts) {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([A-Za-z/][^{}]*)}");

    sealed interface Part {}

    record Literal(String text) implements Part {}

    /**
     * A placeholder.
     *
     * @param name the name without braces, such as {@code template}, {@code data/title} or, for a value of an answer,
     *     {@code /urls/get}
     */
    record Placeholder(String name) implements Part {

        /** The path in the data: {@code /title} for {@code data/title}; empty for other placeholders. */
        Optional<JsonPath> inData() {
            return name.startsWith("data/") ? JsonPath.of(name.substring("data".length())) : Optional.empty();
        }
    }

    static Text literal(String text) {
        return new Text(List.of(new Literal(text)));
    }

    /**
     * Reads a text.
     *
     * @param known the placeholders that are allowed at this place
     * @param inWords the same in words, for the message
     */
    static Text of(DescriptionNode described, Predicate<Placeholder> known, String inWords) {
        String text = described.text();
        List<Part> parts = new ArrayList<>();
        Matcher found = PLACEHOLDER.matcher(text);
        int end = 0;
        while (found.find()) {
            if (found.start() > end) {
                parts.add(new Literal(text.substring(end, found.start())));
            }
            Placeholder placeholder = new Placeholder(found.group(1));
            if (!known.test(placeholder)) {
                throw described.mistake("{" + placeholder.name() + "} has no meaning here; there are " + inWords);
            }
            parts.add(placeholder);
            end = found.end();
        }
        if (end < text.length()) {
            parts.add(new Literal(text.substring(end)));
        }
        return new Text(List.copyOf(parts));
    }

    /** The placeholder, when the text is nothing else. */
    Optional<Placeholder> alone() {
        return parts.size() == 1 && parts.getFirst() instanceof Placeholder placeholder
                ? Optional.of(placeholder)
                : Optional.empty();
    }

    List<Placeholder> placeholders() {
        return parts.stream()
                .filter(Placeholder.class::isInstance)
                .map(Placeholder.class::cast)
                .toList();
    }

    /** The same text with another beginning before the first placeholder. */
    Text withBeginning(String beginning) {
        List<Part> changed = new ArrayList<>(parts);
        if (!changed.isEmpty() && changed.getFirst() instanceof Literal) {
            changed.removeFirst();
        }
        changed.addFirst(new Literal(beginning));
        return new Text(List.copyOf(changed));
    }

    /** The text before the first placeholder. */
    String beginning() {
        return !parts.isEmpty() && parts.getFirst() instanceof Literal literal ? literal.text() : "";
    }

    /**
     * The text with each placeholder filled.
     *
     * @param values gives the value of a placeholder by its name
     */
    String fill(UnaryOperator<String> values) {
        StringBuilder filled = new StringBuilder();
        for (Part part : parts) {
            filled.append(
                    switch (part) {
                        case Literal literal -> literal.text();
                        case Placeholder placeholder -> values.apply(placeholder.name());
                    });
        }
        return filled.toString();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return fill(name -> "{" + name + "}");
    }
}
