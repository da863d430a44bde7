package dev.afterimage.image;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The canonical form of JSON by RFC 8785 (JSON Canonicalization Scheme): no white space, property names sorted by UTF-16
 * code units, one spelling for every string and number. What has no single meaning is refused rather than guessed (RFC
 * 7493, I-JSON): duplicate property names, lone surrogates, integers that a double cannot hold exactly, numbers that
 * overflow, nesting deeper than {@value #MAX_DEPTH}.
 *
 * <p>One pass over the text: members are appended in the order in which they come, and sorted only where that order is not
 * the canonical one. Documents written by this class, or by most serialisers of sorted maps, therefore need no sorting.
 */
final class CanonicalJson {

    static final int MAX_DEPTH = 64;

    /** A double holds every integer of so many decimal digits exactly. */
    private static final int ALWAYS_EXACT_DIGITS = 15;

    /** Depth is counted by this class; Jackson's own limit lies above it so that the message is ours. */
    static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            // Property names come from strangers, so none is kept in memory beyond its document.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH + 8)
                    .maxNumberLength(400)
                    .build())
            .build();

    private final JsonParser parser;
    private final StringBuilder out;

    private CanonicalJson(JsonParser parser) {
        this.parser = parser;
        this.out = new StringBuilder(256);
    }

    /** Reads a whole document that must be an object. */
    static TemplateData readData(String json) {
        try (JsonParser parser = JSON.createParser(json)) {
            TemplateData data = readObject(parser, parser.nextToken());
            if (parser.nextToken() != null) {
                throw invalid("Remove the text after the JSON object.");
            }
            return data;
        } catch (IOException e) {
            throw unreadable(e, "data");
        }
    }

    /**
     * Reads the object whose first token the parser has just read, and leaves the parser at the object's end.
     *
     * @param start that token
     */
    static TemplateData readObject(JsonParser parser, @Nullable JsonToken start) throws IOException {
        if (start != JsonToken.START_OBJECT) {
            throw invalid("The data must be a JSON object, such as {\"title\":\"Hello\"}.");
        }
        CanonicalJson writer = new CanonicalJson(parser);
        writer.object(1);
        return new TemplateData(writer.out.toString());
    }

    /** Merges two objects in canonical form: all properties of {@code json}, and those of {@code defaults} that it lacks. */
    static TemplateData over(String json, String defaults) {
        // Sorts by UTF-16 code units, as RFC 8785 does.
        Map<String, String> members = new TreeMap<>();
        try {
            addMembers(defaults, members);
            addMembers(json, members);
        } catch (IOException e) {
            throw new IllegalStateException("canonical JSON cannot be read", e);
        }
        return new TemplateData("{" + String.join(",", members.values()) + "}");
    }

    private static void addMembers(String canonical, Map<String, String> members) throws IOException {
        try (JsonParser parser = JSON.createParser(canonical)) {
            parser.nextToken();
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                int start = (int) parser.currentTokenLocation().getCharOffset();
                parser.nextToken();
                parser.skipChildren();
                parser.finishToken();
                members.put(name, canonical.substring(start, (int)
                        parser.currentLocation().getCharOffset()));
            }
        }
    }

    /** Turns the parser's exception into one that names the place in the text and never repeats the text. */
    static InvalidRequestException unreadable(IOException e, String pointer) {
        if (e instanceof StreamConstraintsException) {
            return new InvalidRequestException(
                    "The JSON nests deeper than " + MAX_DEPTH + " levels or holds a number or name of absurd length.",
                    pointer);
        }
        if (e instanceof JsonProcessingException json) {
            String place = place(json.getLocation());
            boolean duplicate = String.valueOf(json.getOriginalMessage()).startsWith("Duplicate field");
            return new InvalidRequestException(
                    duplicate
                            ? "A property name stands twice in one object" + place + "; keep one of them."
                            : "This is not valid JSON (RFC 8259)" + place + ".",
                    pointer);
        }
        throw new UncheckedIOException(e);
    }

    private void value(JsonToken token, int depth) throws IOException {
        switch (token) {
            case START_OBJECT -> object(depth + 1);
            case START_ARRAY -> array(depth + 1);
            case VALUE_STRING -> CanonicalString.write(wellFormed(parser.getText()), out);
            case VALUE_NUMBER_INT -> integer(parser.getText());
            case VALUE_NUMBER_FLOAT -> decimal(parser.getText());
            case VALUE_TRUE -> out.append("true");
            case VALUE_FALSE -> out.append("false");
            case VALUE_NULL -> out.append("null");
            default -> throw invalid("This is not valid JSON (RFC 8259).");
        }
    }

    private void array(int depth) throws IOException {
        checkDepth(depth);
        out.append('[');
        boolean first = true;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (!first) {
                out.append(',');
            }
            first = false;
            value(token, depth);
        }
        out.append(']');
    }

    /** A member as it stands in the output: its name, and where {@code "name":value} begins and ends. */
    private record Member(String name, int start, int end) {}

    private void object(int depth) throws IOException {
        checkDepth(depth);
        out.append('{');
        int begin = out.length();
        List<Member> members = new ArrayList<>();
        boolean sorted = true;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            wellFormed(name);
            if (!members.isEmpty()) {
                sorted &= members.getLast().name().compareTo(name) < 0;
                out.append(',');
            }
            int start = out.length();
            CanonicalString.write(name, out);
            out.append(':');
            value(parser.nextToken(), depth);
            members.add(new Member(name, start, out.length()));
        }
        if (!sorted) {
            sort(members, begin);
        }
        out.append('}');
    }

    private void sort(List<Member> members, int begin) {
        // String.compareTo compares UTF-16 code units, which is the order of RFC 8785, section 3.2.3.
        members.sort(Comparator.comparing(Member::name));
        StringBuilder moved = new StringBuilder(out.length() - begin);
        for (Member member : members) {
            if (!moved.isEmpty()) {
                moved.append(',');
            }
            moved.append(out, member.start(), member.end());
        }
        out.setLength(begin);
        out.append(moved);
    }

    /**
     * An integer passes when a double holds it exactly, or when it is what RFC 8785 writes for a double: 2^68 is written
     * 295147905179352830000, and must be accepted when that is read again.
     */
    private void integer(String digits) throws IOException {
        if (digits.length() <= ALWAYS_EXACT_DIGITS) {
            out.append(digits.equals("-0") ? "0" : digits);
            return;
        }
        double nearest = finite(digits);
        int start = out.length();
        CanonicalNumber.write(nearest, out);
        boolean canonical = out.substring(start).equals(digits);
        if (!canonical && !new BigDecimal(nearest).toBigInteger().equals(new BigInteger(digits))) {
            throw refused(
                    "An integer is too large to be exact in JSON, whose numbers are IEEE 754 doubles; write it as a"
                            + " string.");
        }
    }

    private void decimal(String text) throws IOException {
        CanonicalNumber.write(finite(text), out);
    }

    private double finite(String text) {
        double nearest = Double.parseDouble(text);
        if (Double.isInfinite(nearest)) {
            throw refused("A number is larger than a double may be, about 1.797e308.");
        }
        return nearest;
    }

    private void checkDepth(int depth) {
        if (depth > MAX_DEPTH) {
            throw refused("The data nests deeper than " + MAX_DEPTH + " levels.");
        }
    }

    private String wellFormed(String text) {
        if (!CanonicalString.isWellFormed(text)) {
            throw refused("A text holds half of a surrogate pair, which is no character.");
        }
        return text;
    }

    /** An exception that names the place of the refused value, because messages do not repeat values. */
    private InvalidRequestException refused(String detail) {
        return invalid(detail + " It stands" + place(parser.currentTokenLocation()) + ".");
    }

    private static String place(@Nullable JsonLocation location) {
        return location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static InvalidRequestException invalid(String detail) {
        return new InvalidRequestException(detail, "data");
    }
}
