package dev.afterimage.provider.demo;

import java.nio.ByteBuffer;

/**
 * A font's map from Unicode to glyphs: the {@code cmap} table's format 4, which covers the Basic Multilingual Plane. What it
 * lacks is glyph 0, the box.
 */
record CharacterMap(ByteBuffer file, int start) {

    private static final int SEGMENTS = 4;

    static CharacterMap read(ByteBuffer file, int cmap) {
        int count = file.getShort(cmap + 2);
        for (int i = 0; i < count; i++) {
            int subtable = cmap + file.getInt(cmap + 4 + 8 * i + 4);
            if (file.getShort(subtable) == SEGMENTS) {
                return new CharacterMap(file, subtable);
            }
        }
        throw new IllegalArgumentException("the font has no character map of format 4");
    }

    int glyphOf(int codePoint) {
        if (codePoint > 0xFFFF) {
            return 0;
        }
        int doubled = unsigned(start + 6);
        int ends = start + 14;
        int starts = ends + doubled + 2;
        int deltas = starts + doubled;
        int offsets = deltas + doubled;
        for (int i = 0; i < doubled; i += 2) {
            if (codePoint <= unsigned(ends + i)) {
                int first = unsigned(starts + i);
                return codePoint < first ? 0 : glyphIn(deltas + i, offsets + i, codePoint - first, codePoint);
            }
        }
        return 0;
    }

    private int glyphIn(int delta, int offset, int index, int codePoint) {
        int toGlyphs = unsigned(offset);
        if (toGlyphs == 0) {
            return (codePoint + unsigned(delta)) & 0xFFFF;
        }
        int glyph = unsigned(offset + toGlyphs + 2 * index);
        return glyph == 0 ? 0 : (glyph + unsigned(delta)) & 0xFFFF;
    }

    private int unsigned(int offset) {
        return Short.toUnsignedInt(file.getShort(offset));
    }
}
