package dev.afterimage.catalogue;

import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.image.ImageRequestReader;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.TemplateId;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * NDJSON: each line is a request, written like the body of {@code POST /v1/images}. Empty lines are counted but are no
 * rows.
 */
final class NdjsonRows implements CatalogueRows {

    private static final int END = -1;

    private final InputStream in;
    private final Optional<TemplateId> templateForAll;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    private int line;

    NdjsonRows(InputStream in, Optional<TemplateId> templateForAll) {
        this.in = new BufferedInputStream(in, 1 << 16);
        this.templateForAll = templateForAll;
    }

    @Override
    public Optional<CatalogueRow> next() throws IOException {
        for (boolean more = true; more; ) {
            boolean tooLarge = false;
            bytes.reset();
            int b = in.read();
            while (b != '\n' && b != END) {
                if (bytes.size() < CatalogueRow.MAX_CHARACTERS) {
                    bytes.write(b);
                } else {
                    tooLarge = true;
                }
                b = in.read();
            }
            more = b != END;
            line++;
            if (tooLarge) {
                return Optional.of(new CatalogueRow.Bad(line, "The line is larger than 256 KiB."));
            }
            Optional<CatalogueRow> row = row();
            if (row.isPresent()) {
                return row;
            }
        }
        return Optional.empty();
    }

    private Optional<CatalogueRow> row() {
        try {
            String text = decode();
            return text.isBlank()
                    ? Optional.empty()
                    : Optional.of(new CatalogueRow.Wanted(line, ImageRequestReader.read(text, templateForAll)));
        } catch (CharacterCodingException e) {
            return Optional.of(new CatalogueRow.Bad(line, "The line is not UTF-8."));
        } catch (InvalidRequestException e) {
            return Optional.of(new CatalogueRow.Bad(line, e.detail()));
        }
    }

    private String decode() throws CharacterCodingException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes.toByteArray()))
                .toString();
        boolean marked = line == 1 && !text.isEmpty() && text.charAt(0) == CatalogueFormat.BYTE_ORDER_MARK;
        return marked ? text.substring(1) : text;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
