package dev.afterimage.catalogue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.image.ImageRequestReader;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateId;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * JSON: {@code {"jobs":[…]}} or the array alone. A row's line is its place in the array, because a JSON document is
 * often one line. Each element is copied out as text, token by token, and then read strictly by itself, so that what is
 * wrong inside one leaves the others alone; a mistake in the JSON around or between them ends the reading.
 */
final class JsonRows implements CatalogueRows {

    private static final int MAX_DEPTH = 1000;

    /** Lenient about meaning (the elements are read again), strict about grammar. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(4 * CatalogueRow.MAX_CHARACTERS)
                    .build())
            .build();

    private final JsonParser parser;
    private final Optional<TemplateId> templateForAll;
    private boolean wrapped;
    private boolean ended;
    private @Nullable String callback;
    private int place;

    private JsonRows(JsonParser parser, Optional<TemplateId> templateForAll) {
        this.parser = parser;
        this.templateForAll = templateForAll;
    }

    static JsonRows open(Reader text, Optional<TemplateId> templateForAll) throws IOException {
        JsonRows rows = new JsonRows(JSON.createParser(text), templateForAll);
        try {
            rows.enterArray();
        } catch (JsonProcessingException e) {
            throw rows.unreadable(e);
        } catch (CharacterCodingException e) {
            throw CatalogueFormat.notUtf8();
        }
        return rows;
    }

    private void enterArray() throws IOException {
        JsonToken token = parser.nextToken();
        if (token == JsonToken.START_OBJECT) {
            wrapped = true;
            String name = readCallback(parser.nextFieldName());
            if (!"jobs".equals(name)) {
                throw shape();
            }
            token = parser.nextToken();
        }
        if (token != JsonToken.START_ARRAY) {
            throw shape();
        }
    }

    @Override
    public Optional<CatalogueRow> next() throws IOException {
        if (ended) {
            return Optional.empty();
        }
        try {
            JsonToken token = parser.nextToken();
            if (token == JsonToken.END_ARRAY) {
                leaveArray();
                return Optional.empty();
            }
            place++;
            return Optional.of(row(token));
        } catch (JsonProcessingException e) {
            throw unreadable(e);
        } catch (CharacterCodingException e) {
            throw CatalogueFormat.notUtf8();
        }
    }

    /**
     * Reads the document's {@code callback}, if this is its name; there may be one.
     *
     * @return the name of the first other member; null at the object's end
     */
    private @Nullable String readCallback(@Nullable String name) throws IOException {
        if (!"callback".equals(name)) {
            return name;
        }
        if (callback != null || parser.nextToken() != JsonToken.VALUE_STRING) {
            throw shape();
        }
        callback = parser.getText();
        return readCallback(parser.nextFieldName());
    }

    @Override
    public Optional<String> callback() {
        return Optional.ofNullable(callback);
    }

    private void leaveArray() throws IOException {
        ended = true;
        if ((wrapped && readCallback(parser.nextFieldName()) != null) || parser.nextToken() != null) {
            throw shape();
        }
    }

    private CatalogueRow row(@Nullable JsonToken start) throws IOException {
        StringWriter text = new StringWriter();
        boolean tooLarge = false;
        try (JsonGenerator copy = JSON.createGenerator(text)) {
            int depth = 0;
            for (JsonToken token = start; ; token = parser.nextToken()) {
                if (token == null) {
                    throw shape();
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                tooLarge = tooLarge || text.getBuffer().length() > CatalogueRow.MAX_CHARACTERS;
                if (!tooLarge && token.isNumeric()) {
                    copy.writeNumber(parser.getText()); // as it is written, so that the strict reader sees every digit
                } else if (!tooLarge) {
                    copy.copyCurrentEvent(parser);
                }
                if (depth == 0) {
                    break;
                }
            }
        }
        if (tooLarge || text.getBuffer().length() > CatalogueRow.MAX_CHARACTERS) {
            return new CatalogueRow.Bad(place, "The job is larger than 256 KiB.");
        }
        try {
            return new CatalogueRow.Wanted(place, ImageRequestReader.read(text.toString(), templateForAll));
        } catch (InvalidRequestException e) {
            return new CatalogueRow.Bad(place, e.detail());
        }
    }

    private static InvalidRequestException shape() {
        return new InvalidRequestException(
                "Send {\"jobs\":[{\"template\":\"…\",\"data\":{…}}]}, if you like with a \"callback\", and nothing else around it.",
                "body");
    }

    private InvalidRequestException unreadable(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " at line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
        return new InvalidRequestException(
                "This is not valid JSON (RFC 8259)" + where + "; " + place + " jobs before it could be read.", "body");
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
