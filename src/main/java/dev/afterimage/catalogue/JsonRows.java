package dev.afterimage.catalogue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.image.ImageRequestReader;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateId;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * JSON: {@code {"jobs":[…]}} or the array alone. A row's line is its place in the array, because a JSON document is
 * often one line. Each element is cut out as text and read strictly by itself, so that what is wrong inside one (its
 * meaning, its size, its depth) leaves the others alone; a mistake in the JSON itself ends the reading, because it is not
 * known where the next element begins.
 */
final class JsonRows implements CatalogueRows {

    private static final String CALLBACK = "callback";

    /** Checks only the grammar. Property names come from strangers, so none is kept in memory. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final JsonScanner document;
    private final Optional<TemplateId> templateForAll;
    private boolean wrapped;
    private boolean ended;
    private @Nullable String callback;
    private int place;

    private JsonRows(JsonScanner document, Optional<TemplateId> templateForAll) {
        this.document = document;
        this.templateForAll = templateForAll;
    }

    static JsonRows open(Reader text, Optional<TemplateId> templateForAll) throws IOException {
        JsonRows rows = new JsonRows(new JsonScanner(text), templateForAll);
        try {
            rows.enterArray();
        } catch (JsonScanner.UnfinishedException e) {
            throw rows.unreadable();
        } catch (CharacterCodingException e) {
            throw CatalogueFormat.notUtf8();
        }
        return rows;
    }

    private void enterArray() throws IOException {
        int begin = document.take();
        if (begin == '{') {
            wrapped = true;
            String name = string();
            if (name.equals(CALLBACK)) {
                readCallback();
                expect(',');
                name = string();
            }
            if (!name.equals("jobs")) {
                throw shape();
            }
            expect(':');
            begin = document.take();
        }
        if (begin != '[') {
            throw shape();
        }
    }

    @Override
    public Optional<CatalogueRow> next() throws IOException {
        if (ended) {
            return Optional.empty();
        }
        try {
            if (document.peek() == ']') {
                expect(']');
                leaveArray();
                return Optional.empty();
            }
            if (place > 0) {
                expect(',');
            }
            CatalogueRow row = row(place + 1, document.value());
            place++;
            return Optional.of(row);
        } catch (JsonScanner.UnfinishedException e) {
            throw unreadable();
        } catch (CharacterCodingException e) {
            throw CatalogueFormat.notUtf8();
        }
    }

    private void leaveArray() throws IOException {
        ended = true;
        if (wrapped) {
            int end = document.take();
            if (end == ',' && callback == null) {
                if (!string().equals(CALLBACK)) {
                    throw shape();
                }
                readCallback();
                end = document.take();
            }
            if (end != '}') {
                throw shape();
            }
        }
        if (document.take() != JsonScanner.END) {
            throw shape();
        }
    }

    private void readCallback() throws IOException {
        expect(':');
        callback = string();
    }

    @Override
    public Optional<String> callback() {
        return Optional.ofNullable(callback);
    }

    private void expect(char c) throws IOException {
        if (document.take() != c) {
            throw unreadable();
        }
    }

    /** The next value, which must be a string. */
    private String string() throws IOException {
        String text = document.value().orElseThrow(JsonRows::shape);
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw shape();
            }
            return parser.getText();
        } catch (JsonProcessingException e) {
            throw shape();
        }
    }

    private CatalogueRow row(int line, Optional<String> text) throws IOException {
        if (text.isEmpty()) {
            return new CatalogueRow.Bad(line, "The job is larger than 256 KiB.");
        }
        try {
            return new CatalogueRow.Wanted(line, ImageRequestReader.read(text.get(), templateForAll));
        } catch (InvalidRequestException e) {
            if (!isJson(text.get())) {
                throw unreadable();
            }
            return new CatalogueRow.Bad(line, e.detail());
        }
    }

    /** Whether this is JSON. A text that exceeds one of Jackson's limits, such as its depth, counts as JSON. */
    private static boolean isJson(String text) throws IOException {
        try (JsonParser parser = JSON.createParser(text)) {
            JsonToken token = parser.nextToken();
            while (token != null) {
                token = parser.nextToken();
            }
            return true;
        } catch (StreamConstraintsException tooMuch) {
            return true;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static InvalidRequestException shape() {
        return new InvalidRequestException(
                "Send {\"jobs\":[{\"template\":\"…\",\"data\":{…}}]}, if you like with a \"callback\", and nothing else around it.",
                "body");
    }

    private InvalidRequestException unreadable() {
        return new InvalidRequestException(
                "This is not valid JSON (RFC 8259): read until " + document.position() + ", with " + place
                        + " jobs before the mistake.",
                "body");
    }

    @Override
    public void close() throws IOException {
        document.close();
    }
}
