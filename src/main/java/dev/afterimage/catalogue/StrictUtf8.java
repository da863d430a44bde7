package dev.afterimage.catalogue;

import dev.afterimage.image.InvalidRequestException;
import java.io.BufferedReader;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads text as UTF-8 or not at all: what another encoding would turn into question marks is refused. Leaves the byte order
 * mark out.
 */
final class StrictUtf8 extends FilterReader {

    static final char BYTE_ORDER_MARK = '\uFEFF';

    private StrictUtf8(Reader decoded) {
        super(decoded);
    }

    static Reader open(InputStream in) throws IOException {
        Reader reader = new StrictUtf8(new BufferedReader(new InputStreamReader(
                in,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT))));
        reader.mark(1);
        if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
        }
        return reader;
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (CharacterCodingException e) {
            throw notUtf8();
        }
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
        try {
            return super.read(buffer, offset, length);
        } catch (CharacterCodingException e) {
            throw notUtf8();
        }
    }

    private static InvalidRequestException notUtf8() {
        return new InvalidRequestException("The text is not UTF-8; save it as UTF-8 and send it again.", "body");
    }
}
