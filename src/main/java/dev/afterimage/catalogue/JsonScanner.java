package dev.afterimage.catalogue;

import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import java.io.IOException;
import java.io.Reader;
import java.util.Optional;

/**
 * Finds where the values of a JSON document end, by its quotation marks and brackets alone, so that no value,
 * however large or deep, fills memory. What is inside a value is not checked.
 */
final class JsonScanner implements AutoCloseable {

    static final int END = -1;

    /** The document ended inside a value. */
    static final class UnfinishedException extends IOException {}

    private static final int NONE = -2;
    private static final String WHITE_SPACE = " \t\r\n";
    private static final String PUNCTUATION = WHITE_SPACE + "{}[],:\"";

    private final Reader in;
    private int ahead = NONE;
    private int line = 1;
    private int column;

    JsonScanner(Reader in) {
        this.in = in;
    }

    /** Where the document has been read to, such as {@code line 3, column 14}. */
    String position() {
        return "line " + line + ", column " + column;
    }

    /** The next character that is not white space, or {@link #END}. It is not taken. */
    int peek() throws IOException {
        while (isOneOf(WHITE_SPACE, look())) {
            read();
        }
        return look();
    }

    /** Takes the next character that is not white space. */
    int take() throws IOException {
        peek();
        return read();
    }

    /**
     * Takes the next value. Of several white-space characters in a row outside its strings the last one is kept.
     *
     * @return empty when it is longer than {@value CatalogueRow#MAX_CHARACTERS} characters
     */
    Optional<String> value() throws IOException {
        peek();
        StringBuilder text = new StringBuilder();
        int depth = 0;
        boolean quoted = false;
        boolean escaped = false;
        int c;
        do {
            c = read();
            if (c == END) {
                throw new UnfinishedException();
            }
            boolean isSuperfluous = !quoted && isOneOf(WHITE_SPACE, c) && isOneOf(WHITE_SPACE, look());
            if (!isSuperfluous && text.length() <= CatalogueRow.MAX_CHARACTERS) {
                text.append((char) c);
            }
            if (quoted) {
                quoted = escaped || c != '"';
                escaped = !escaped && c == '\\';
            } else {
                quoted = c == '"';
                depth += isOneOf("{[", c) ? 1 : isOneOf("}]", c) ? -1 : 0;
            }
        } while (quoted || depth > 0 || (isOfWord(c) && isOfWord(look())));
        return text.length() > CatalogueRow.MAX_CHARACTERS ? Optional.empty() : Optional.of(text.toString());
    }

    /** Whether this is a character of a number, or of {@code true}, {@code false} or {@code null}. */
    private static boolean isOfWord(int c) {
        return c != END && !isOneOf(PUNCTUATION, c);
    }

    private static boolean isOneOf(String characters, int c) {
        return characters.indexOf(c) >= 0;
    }

    private int look() throws IOException {
        if (ahead == NONE) {
            ahead = in.read();
        }
        return ahead;
    }

    private int read() throws IOException {
        int c = look();
        if (c != END) {
            ahead = NONE;
            line += c == '\n' ? 1 : 0;
            column = c == '\n' ? 0 : column + 1;
        }
        return c;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
