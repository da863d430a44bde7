package dev.afterimage.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A text of a description, with placeholders such as {@code Bearer {apiKey}}. */
record Text(List<Part> parts) {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([A-Za-z/][^{}]*)}");

    sealed interface Part {}

    record Literal(String text) implements Part {}

    /**
     * A placeholder.
     *
     * @param name without braces, such as {@code template}, {@code data/title} or, of an answer, {@code /urls/get}
     */
    record Slot(String name) implements Part {

        /** Of {@code data/title} the path to {@code title}; empty for any other. */
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
     * @param known the placeholders that have a meaning at this place
     * @param inWords the same, for the message
     */
    static Text of(Described described, Predicate<Slot> known, String inWords) {
        String text = described.text();
        List<Part> parts = new ArrayList<>();
        Matcher found = PLACEHOLDER.matcher(text);
        int end = 0;
        while (found.find()) {
            if (found.start() > end) {
                parts.add(new Literal(text.substring(end, found.start())));
            }
            Slot slot = new Slot(found.group(1));
            if (!known.test(slot)) {
                throw described.mistake("{" + slot.name() + "} has no meaning here; there are " + inWords);
            }
            parts.add(slot);
            end = found.end();
        }
        if (end < text.length()) {
            parts.add(new Literal(text.substring(end)));
        }
        return new Text(List.copyOf(parts));
    }

    /** The placeholder, when there is nothing else. */
    Optional<Slot> alone() {
        return parts.size() == 1 && parts.getFirst() instanceof Slot slot ? Optional.of(slot) : Optional.empty();
    }

    List<Slot> slots() {
        return parts.stream()
                .filter(Slot.class::isInstance)
                .map(Slot.class::cast)
                .toList();
    }

    /** With this in place of what stands before the first placeholder. */
    Text withBeginning(String beginning) {
        List<Part> changed = new ArrayList<>(parts);
        if (!changed.isEmpty() && changed.getFirst() instanceof Literal) {
            changed.removeFirst();
        }
        changed.addFirst(new Literal(beginning));
        return new Text(List.copyOf(changed));
    }

    /** What stands before the first placeholder. */
    String beginning() {
        return !parts.isEmpty() && parts.getFirst() instanceof Literal literal ? literal.text() : "";
    }

    /**
     * The text with each placeholder filled.
     *
     * @param values the value of a placeholder's name
     */
    String fill(UnaryOperator<String> values) {
        StringBuilder filled = new StringBuilder();
        for (Part part : parts) {
            filled.append(
                    switch (part) {
                        case Literal literal -> literal.text();
                        case Slot slot -> values.apply(slot.name());
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
