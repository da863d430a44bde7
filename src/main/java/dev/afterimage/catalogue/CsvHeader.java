package dev.afterimage.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What the columns of a CSV catalogue mean. {@code template} (unless one template is given for all), {@code format} and
 * {@code variant} are what they say; every other column is a property of the data, and a dot in its name nests it:
 * {@code a.b} is {@code {"a":{"b":…}}}.
 *
 * @param columns how many cells a row has
 * @param template the column of the template's name, from 0; empty where one template is given for all
 * @param format the column of the format, from 0; empty where there is none
 * @param variant the column of the variant, from 0; empty where there is none
 * @param data the other columns
 */
record CsvHeader(int columns, OptionalInt template, OptionalInt format, OptionalInt variant, List<DataColumn> data) {

    /**
     * The column of a property.
     *
     * @param index from 0
     * @param path the names that lead to the property, the outermost first
     */
    record DataColumn(int index, List<String> path) {}

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
        List<DataColumn> data = new ArrayList<>();
        ObjectNode example = JsonNodeFactory.instance.objectNode();
        for (int column = 0; column < names.size(); column++) {
            if (!List.of(template, format, variant).contains(OptionalInt.of(column))) {
                DataColumn property = new DataColumn(column, path(names.get(column), column));
                if (!insert("", property.path(), example)) {
                    throw invalid("The column '" + names.get(column) + "' and another one contradict each other: a name"
                            + " cannot hold a value and nested names at once.");
                }
                data.add(property);
            }
        }
        return new CsvHeader(names.size(), template, format, variant, data);
    }

    private static OptionalInt column(Map<String, Integer> columnOf, String name) {
        Integer column = columnOf.get(name);
        return column == null ? OptionalInt.empty() : OptionalInt.of(column);
    }

    private static List<String> path(String name, int column) {
        List<String> path = List.of(name.split("\\.", -1));
        if (path.stream().anyMatch(String::isBlank)) {
            throw invalid("Column " + (column + 1)
                    + " of the header has no name, or a name that begins or ends with a dot or has two dots in a row.");
        }
        if (path.size() > TemplateData.MAX_DEPTH) {
            throw invalid("Column " + (column + 1) + " of the header nests deeper than " + TemplateData.MAX_DEPTH
                    + " levels.");
        }
        return path;
    }

    /** Puts a value where the path leads. False when another value is there, or on the way. */
    private static boolean insert(String value, List<String> path, ObjectNode data) {
        ObjectNode parent = data;
        for (String part : path.subList(0, path.size() - 1)) {
            JsonNode child = parent.has(part) ? parent.get(part) : parent.putObject(part);
            if (!(child instanceof ObjectNode object)) {
                return false;
            }
            parent = object;
        }
        return parent.replace(path.getLast(), TextNode.valueOf(value)) == null;
    }

    /** The row's data as JSON. Every value is a string, because CSV knows nothing else; an empty cell is {@code ""}. */
    String json(List<String> cells) {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        for (DataColumn column : data) {
            boolean unused = insert(cells.get(column.index()), column.path(), row);
        }
        return row.toString();
    }

    private static InvalidRequestException invalid(String detail) {
        return new InvalidRequestException(detail, "header");
    }
}
