package dev.afterimage.catalogue;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/** Stops a reader that swallows the rest of a file as one row, as it does when a closing quotation mark is missing. */
final class RowLimit extends FilterReader {

    /** The row is too large to go on. */
    static final class Exceeded extends IOException {

        private static final long serialVersionUID = 1L;
    }

    /** Buffers above this class read ahead by a few thousand characters. */
    private static final int SLACK = 32 * 1024;

    private long left;

    RowLimit(Reader in) {
        super(in);
        beginRow();
    }

    void beginRow() {
        left = (long) CatalogueRow.MAX_CHARACTERS + SLACK;
    }

    @Override
    public int read() throws IOException {
        int c = super.read();
        spend(c < 0 ? 0 : 1);
        return c;
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, length);
        spend(Math.max(0, count));
        return count;
    }

    private void spend(int characters) throws IOException {
        left -= characters;
        if (left < 0) {
            throw new Exceeded();
        }
    }
}
