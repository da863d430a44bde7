package dev.afterimage.provider.demo;

import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A TrueType font, read as outlines in plain Java.
 *
 * <p>{@link java.awt.Font} would need the machine's fontconfig even for a font of our own: without it, as in slim containers,
 * {@code Font.createFont} fails with "Fontconfig head is null". Outlines need only the filled shapes of Java2D, which
 * work everywhere, and give the same image on every machine. The tables are described in the OpenType specification,
 * "OpenType font file".
 */
final class TrueTypeFont {

    private final ByteBuffer file;
    private final Map<String, Integer> tables = new HashMap<>();
    private final CharacterMap characters;
    private final GlyphOutlines outlines;
    private final int unitsPerEm;

    /** How many glyphs have a width of their own; the others have that of the last of these. */
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

    /** The width of the text, in pixels. */
    double width(String text, double size) {
        return text.codePoints()
                        .mapToObj(characters::glyphOf)
                        .mapToDouble(this::advance)
                        .sum()
                * size
                / unitsPerEm;
    }

    /** The text's shape, with its left edge at {@code x} and its baseline at {@code y}. */
    Path2D shape(String text, double size, double x, double y) {
        Path2D shape = new Path2D.Double(Path2D.WIND_NON_ZERO);
        double scale = size / unitsPerEm;
        double pen = x;
        for (int codePoint : text.codePoints().toArray()) {
            int glyph = characters.glyphOf(codePoint);
            // The y axis points upwards in a font, downwards in an image.
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

    /**
     * A font's map from Unicode to glyphs: the {@code cmap} table's format 4, which covers the Basic Multilingual Plane.
     * A character that it lacks becomes glyph 0, the box.
     */
    record CharacterMap(ByteBuffer file, int start) {

        private static final int FORMAT = 4;

        static CharacterMap read(ByteBuffer file, int cmap) {
            int count = file.getShort(cmap + 2);
            for (int i = 0; i < count; i++) {
                int subtable = cmap + file.getInt(cmap + 4 + 8 * i + 4);
                if (file.getShort(subtable) == FORMAT) {
                    return new CharacterMap(file, subtable);
                }
            }
            throw new IllegalArgumentException("the font has no character map of format 4");
        }

        int glyphOf(int codePoint) {
            if (codePoint > 0xFFFF) {
                return 0;
            }
            // Four arrays follow one another, each with two bytes a segment.
            int arrayBytes = unsigned(start + 6);
            int ends = start + 14;
            int starts = ends + arrayBytes + 2;
            int deltas = starts + arrayBytes;
            int offsets = deltas + arrayBytes;
            for (int i = 0; i < arrayBytes; i += 2) {
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

    /** A font's shapes: the {@code glyf} table, simple and composite, as paths of quadratic curves in font units. */
    record GlyphOutlines(ByteBuffer file, int loca, int glyf, boolean longOffsets) {

        private static final int HEADER = 10;

        // Flags of a point
        private static final int ON_CURVE = 0x01;
        private static final int SHORT_X = 0x02;
        private static final int SHORT_Y = 0x04;
        private static final int REPEAT = 0x08;
        private static final int SAME_OR_POSITIVE_X = 0x10;
        private static final int SAME_OR_POSITIVE_Y = 0x20;

        // Flags of a component
        private static final int WORDS = 0x0001;
        private static final int ONE_SCALE = 0x0008;
        private static final int MORE = 0x0020;
        private static final int TWO_SCALES = 0x0040;
        private static final int MATRIX = 0x0080;

        Path2D of(int glyph) {
            Path2D path = new Path2D.Double(Path2D.WIND_NON_ZERO);
            int start = offset(glyph);
            if (start == offset(glyph + 1)) {
                return path;
            }
            ByteBuffer in = file.duplicate().position(glyf + start);
            int contours = in.getShort();
            in.position(glyf + start + HEADER);
            if (contours >= 0) {
                simple(in, contours, path);
            } else {
                composite(in, path);
            }
            return path;
        }

        private int offset(int glyph) {
            return longOffsets
                    ? file.getInt(loca + 4 * glyph)
                    : 2 * Short.toUnsignedInt(file.getShort(loca + 2 * glyph));
        }

        private static void simple(ByteBuffer in, int contours, Path2D path) {
            int[] ends = new int[contours];
            for (int i = 0; i < contours; i++) {
                ends[i] = Short.toUnsignedInt(in.getShort());
            }
            int points = contours == 0 ? 0 : ends[contours - 1] + 1;
            // Skips the instructions, which only fit a glyph to the pixels of a small size.
            in.position(in.position() + 2 + Short.toUnsignedInt(in.getShort(in.position())));
            int[] flags = flags(in, points);
            int[] x = coordinates(in, flags, SHORT_X, SAME_OR_POSITIVE_X);
            int[] y = coordinates(in, flags, SHORT_Y, SAME_OR_POSITIVE_Y);
            int first = 0;
            for (int end : ends) {
                contour(path, flags, x, y, first, end);
                first = end + 1;
            }
        }

        private static int[] flags(ByteBuffer in, int points) {
            int[] flags = new int[points];
            for (int i = 0; i < points; ) {
                int flag = Byte.toUnsignedInt(in.get());
                int times = (flag & REPEAT) == 0 ? 1 : 1 + Byte.toUnsignedInt(in.get());
                for (; times > 0; times--) {
                    flags[i++] = flag;
                }
            }
            return flags;
        }

        private static int[] coordinates(ByteBuffer in, int[] flags, int isShort, int sameOrPositive) {
            int[] coordinates = new int[flags.length];
            int at = 0;
            for (int i = 0; i < flags.length; i++) {
                boolean flagged = (flags[i] & sameOrPositive) != 0;
                if ((flags[i] & isShort) != 0) {
                    int step = Byte.toUnsignedInt(in.get());
                    at += flagged ? step : -step;
                } else if (!flagged) {
                    at += in.getShort();
                }
                coordinates[i] = at;
            }
            return coordinates;
        }

        /** Adds one contour. Half way between two control points there is an implied point of the curve. */
        private static void contour(Path2D path, int[] flags, int[] x, int[] y, int first, int last) {
            int count = last - first + 1;
            if (count < 2) {
                return;
            }
            int begin = first;
            while (begin <= last && (flags[begin] & ON_CURVE) == 0) {
                begin++;
            }
            boolean anyOnCurve = begin <= last;
            int from = anyOnCurve ? begin : first;
            double startX = anyOnCurve ? x[from] : (x[first] + x[last]) / 2.0;
            double startY = anyOnCurve ? y[from] : (y[first] + y[last]) / 2.0;
            path.moveTo(startX, startY);
            int steps = anyOnCurve ? count - 1 : count;
            int at = anyOnCurve ? from + 1 : from;
            for (int i = 0; i < steps; i++) {
                int point = first + (at + i - first) % count;
                if ((flags[point] & ON_CURVE) != 0) {
                    path.lineTo(x[point], y[point]);
                    continue;
                }
                boolean isLast = i == steps - 1;
                int next = first + (at + i + 1 - first) % count;
                if (isLast) {
                    path.quadTo(x[point], y[point], startX, startY);
                } else if ((flags[next] & ON_CURVE) != 0) {
                    path.quadTo(x[point], y[point], x[next], y[next]);
                    i++;
                } else {
                    path.quadTo(x[point], y[point], (x[point] + x[next]) / 2.0, (y[point] + y[next]) / 2.0);
                }
            }
            path.closePath();
        }

        private void composite(ByteBuffer in, Path2D path) {
            int flags;
            do {
                flags = in.getShort();
                int glyph = Short.toUnsignedInt(in.getShort());
                boolean words = (flags & WORDS) != 0;
                int dx = words ? in.getShort() : in.get();
                int dy = words ? in.getShort() : in.get();
                path.append(of(glyph).getPathIterator(transform(in, flags, dx, dy)), false);
            } while ((flags & MORE) != 0);
        }

        private static AffineTransform transform(ByteBuffer in, int flags, int dx, int dy) {
            double xx = 1;
            double xy = 0;
            double yx = 0;
            double yy = 1;
            if ((flags & ONE_SCALE) != 0) {
                xx = fraction(in);
                yy = xx;
            } else if ((flags & TWO_SCALES) != 0) {
                xx = fraction(in);
                yy = fraction(in);
            } else if ((flags & MATRIX) != 0) {
                xx = fraction(in);
                xy = fraction(in);
                yx = fraction(in);
                yy = fraction(in);
            }
            return new AffineTransform(xx, xy, yx, yy, dx, dy);
        }

        /** Reads an F2DOT14: a signed number with 14 fractional bits. */
        private static double fraction(ByteBuffer in) {
            return in.getShort() / 16384.0;
        }
    }

    /** Roboto, from the library {@code flatlaf-fonts-roboto} (Apache License 2.0). */
    record Fonts(TrueTypeFont regular, TrueTypeFont medium, TrueTypeFont bold) {

        private static final String FOLDER = "/com/formdev/flatlaf/fonts/roboto/";

        /**
         * Reads the three weights.
         *
         * @throws IllegalStateException when the library is not on the class path
         */
        static Fonts bundled() {
            return new Fonts(read("Roboto-Regular.ttf"), read("Roboto-Medium.ttf"), read("Roboto-Bold.ttf"));
        }

        private static TrueTypeFont read(String file) {
            try (InputStream in = Fonts.class.getResourceAsStream(FOLDER + file)) {
                if (in == null) {
                    throw new IllegalStateException(
                            "The demo provider needs the library com.formdev:flatlaf-fonts-roboto," + " which holds "
                                    + file + ".");
                }
                return new TrueTypeFont(in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
