package dev.afterimage.catalogue;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateData;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What the columns of a CSV catalogue mean: {@code template} (unless one template is given for all), {@code format} and
 * {@code variant} are what they say, every other column is a data name, and a dot in it makes nested data: {@code a.b} is {@code {"a":{"b":…}}}.
 */
final class CsvHeader {

    /** Either the column of a value, or the members of an object. */
    private sealed interface Node {

        record Value(int column) implements Node {}

        record Members(Map<String, Node> byName) implements Node {}
    }

    private final int columns;
    private final OptionalInt template;
    private final OptionalInt format;
    private final OptionalInt variant;
    private final Node.Members data;

    private CsvHeader(int columns, OptionalInt template, OptionalInt format, OptionalInt variant, Node.Members data) {
        this.columns = columns;
        this.template = template;
        this.format = format;
        this.variant = variant;
        this.data = data;
    }

    /**
     * Reads the header row.
     *
     * @throws InvalidRequestException when columns contradict each other, or no column names the template
     */
    static CsvHeader of(List<String> names, boolean templateForAll) {
        Map<String, Integer> columnOf = new HashMap<>();
        for (int column = 0; column < names.size(); column++) {
            if (columnOf.put(names.get(column), column) != null) {
                throw invalid("The header names the column '" + names.get(column) + "' twice.");
            }
        }
        OptionalInt template = templateForAll ? OptionalInt.empty() : column(columnOf, "template");
        OptionalInt format = column(columnOf, "format");
        OptionalInt variant = column(columnOf, "variant");
        if (!templateForAll && template.isEmpty()) {
            throw invalid(
                    names.size() == 1 && names.getFirst().contains(";")
                            ? "Separate the columns by commas, not by semicolons."
                            : "Name the template: add a column 'template', or one template for all rows.");
        }
        Node.Members data = new Node.Members(new TreeMap<>());
        for (int column = 0; column < names.size(); column++) {
            if (!List.of(template, format, variant).contains(OptionalInt.of(column))) {
                insert(data, names.get(column), column);
            }
        }
        return new CsvHeader(names.size(), template, format, variant, data);
    }

    private static OptionalInt column(Map<String, Integer> columnOf, String name) {
        Integer column = columnOf.get(name);
        return column == null ? OptionalInt.empty() : OptionalInt.of(column);
    }

    private static void insert(Node.Members data, String name, int column) {
        List<String> path = List.of(name.split("\\.", -1));
        if (path.stream().anyMatch(String::isBlank)) {
            throw invalid(
                    "Column " + (column + 1) + " of the header has no name, or a name with nothing beside a dot.");
        }
        if (path.size() > TemplateData.MAX_DEPTH) {
            throw invalid("Column " + (column + 1) + " of the header nests deeper than " + TemplateData.MAX_DEPTH
                    + " levels.");
        }
        Node.Members parent = data;
        for (String part : path.subList(0, path.size() - 1)) {
            Node child = parent.byName().computeIfAbsent(part, p -> new Node.Members(new TreeMap<>()));
            if (!(child instanceof Node.Members members)) {
                throw conflict(name);
            }
            parent = members;
        }
        if (parent.byName().put(path.getLast(), new Node.Value(column)) != null) {
            throw conflict(name);
        }
    }

    private static InvalidRequestException conflict(String name) {
        return invalid("The column '" + name + "' and another one contradict each other: a name cannot hold a value and"
                + " nested names at once.");
    }

    int columns() {
        return columns;
    }

    OptionalInt template() {
        return template;
    }

    OptionalInt format() {
        return format;
    }

    OptionalInt variant() {
        return variant;
    }

    /** The row's data as JSON. Every value is a string, because CSV knows nothing else; an empty cell is {@code ""}. */
    String json(List<String> cells) {
        StringBuilder out = new StringBuilder(64 * columns);
        write(data, cells, out);
        return out.toString();
    }

    private static void write(Node node, List<String> cells, StringBuilder out) {
        switch (node) {
            case Node.Value value -> quote(cells.get(value.column()), out);
            case Node.Members members -> {
                char separator = '{';
                for (Map.Entry<String, Node> member : members.byName().entrySet()) {
                    out.append(separator);
                    quote(member.getKey(), out);
                    out.append(':');
                    write(member.getValue(), cells, out);
                    separator = ',';
                }
                out.append(members.byName().isEmpty() ? "{}" : "}");
            }
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        JsonStringEncoder.getInstance().quoteAsString(text, out);
        out.append('"');
    }

    private static InvalidRequestException invalid(String detail) {
        return new InvalidRequestException(detail, "header");
    }
}
