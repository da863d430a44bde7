package dev.afterimage.provider.demo;

import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A TrueType font, read as outlines in plain Java.
 *
 * <p>{@link java.awt.Font} would need the machine's fontconfig even for a font of our own: without it, as in slim containers,
 * {@code Font.createFont} fails with "Fontconfig head is null". Outlines need nothing but the filled shapes of Java2D, which
 * works everywhere, and draw the same image on every machine. Tables as in the OpenType specification, "OpenType font
 * file".
 */
final class TrueTypeFont {

    private final ByteBuffer file;
    private final Map<String, Integer> tables = new HashMap<>();
    private final CharacterMap characters;
    private final GlyphOutlines outlines;
    private final int unitsPerEm;
    private final int longMetrics;

    /** Reads a font file. */
    TrueTypeFont(byte[] content) {
        file = ByteBuffer.wrap(content);
        int count = file.getShort(4);
        for (int i = 0; i < count; i++) {
            int record = 12 + 16 * i;
            String tag = new String(content, record, 4, StandardCharsets.US_ASCII);
            tables.put(tag, file.getInt(record + 8));
        }
        int head = table("head");
        unitsPerEm = unsignedShort(head + 18);
        boolean longOffsets = file.getShort(head + 50) != 0;
        longMetrics = unsignedShort(table("hhea") + 34);
        characters = CharacterMap.read(file, table("cmap"));
        outlines = new GlyphOutlines(file, table("loca"), table("glyf"), longOffsets);
    }

    private int table(String tag) {
        Integer offset = tables.get(tag);
        if (offset == null) {
            throw new IllegalArgumentException("the font has no table " + tag);
        }
        return offset;
    }

    /** How far the text reaches, in pixels. */
    double width(String text, double size) {
        return text.codePoints()
                        .mapToObj(characters::glyphOf)
                        .mapToDouble(this::advance)
                        .sum()
                * size
                / unitsPerEm;
    }

    /** The text's shape, {@code x} its left edge and {@code y} its baseline. */
    Path2D shape(String text, double size, double x, double y) {
        Path2D shape = new Path2D.Double(Path2D.WIND_NON_ZERO);
        double scale = size / unitsPerEm;
        double pen = x;
        for (int codePoint : text.codePoints().toArray()) {
            int glyph = characters.glyphOf(codePoint);
            // Font units point upwards, pixels downwards.
            shape.append(outlines.of(glyph).getPathIterator(new AffineTransform(scale, 0, 0, -scale, pen, y)), false);
            pen += advance(glyph) * scale;
        }
        return shape;
    }

    private int advance(int glyph) {
        return unsignedShort(table("hmtx") + 4 * Math.min(glyph, longMetrics - 1));
    }

    private int unsignedShort(int offset) {
        return Short.toUnsignedInt(file.getShort(offset));
    }
}
