package dev.afterimage.provider.demo;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Paint;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleToIntFunction;

/** An image that is being drawn: filled shapes and text, with smooth edges. The result has no transparency. */
final class Canvas {

    private final BufferedImage image;
    private final Graphics2D graphics;

    Canvas(int width, int height) {
        image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    }

    BufferedImage finish() {
        graphics.dispose();
        return image;
    }

    void fill(Shape shape, Paint paint) {
        graphics.setPaint(paint);
        graphics.fill(shape);
    }

    /** Runs the drawing, restricted to this shape. */
    void within(Shape shape, Runnable drawing) {
        graphics.setClip(shape);
        drawing.run();
        graphics.setClip(null);
    }

    void circle(double x, double y, double radius, Paint paint) {
        fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius), paint);
    }

    void pill(double x, double y, double width, double height, Paint paint) {
        fill(new RoundRectangle2D.Double(x, y, width, height, height, height), paint);
    }

    void text(TrueTypeFont font, double size, String text, double x, double baseline, Paint paint) {
        fill(font.shape(text, size, x, baseline), paint);
    }

    void centred(TrueTypeFont font, double size, String text, double x, double baseline, Paint paint) {
        text(font, size, text, x - font.width(text, size) / 2, baseline, paint);
    }

    /** Draws the lines from this top edge downwards and returns the bottom edge. */
    double text(TextBlock block, double x, double top, Paint paint) {
        double baseline = top + block.size();
        for (String line : block.lines()) {
            text(block.font(), block.size(), line, x, baseline, paint);
            baseline += block.lineHeight();
        }
        return top + block.height();
    }

    static Paint gradient(double x1, double y1, Color from, double x2, double y2, Color to) {
        return new GradientPaint((float) x1, (float) y1, from, (float) x2, (float) y2, to);
    }

    /** The colour with this opacity, from 0 (invisible) to 1 (solid). */
    static Color withOpacity(Color colour, double opacity) {
        return new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), (int) Math.round(255 * opacity));
    }

    /**
     * Colours that go together; white text is readable on {@code from} and {@code to}.
     *
     * @param accent a colour that stands out from both
     */
    record Palette(Color from, Color to, Color accent) {

        private static final List<Palette> ALL = List.of(
                of(0x4338CA, 0x7C3AED, 0xFBBF24),
                of(0x0F766E, 0x0369A1, 0xA3E635),
                of(0xBE123C, 0x7E22CE, 0xFDBA74),
                of(0x1D4ED8, 0x0E7490, 0xF9A8D4),
                of(0xC2410C, 0xBE185D, 0xFDE68A),
                of(0x15803D, 0x115E59, 0xFDE047),
                of(0x1E293B, 0x4338CA, 0x38BDF8),
                of(0x86198F, 0x3730A3, 0x5EEAD4));

        static Palette any(SplittableRandom random) {
            return ALL.get(random.nextInt(ALL.size()));
        }

        private static Palette of(int from, int to, int accent) {
            return new Palette(new Color(from), new Color(to), new Color(accent));
        }
    }

    /** Text broken into lines that fit a width. */
    record TextBlock(TrueTypeFont font, double size, List<String> lines) {

        private static final String ELLIPSIS = "…";
        private static final double LINE_HEIGHT = 1.18;

        /**
         * The text in the first of these sizes, in pixels, in which it fits. Where it fits in none, it is cut in the last
         * one.
         */
        static TextBlock fit(TrueTypeFont font, String text, double width, int maxLines, double... sizes) {
            return fit(font, text, width, size -> maxLines, sizes);
        }

        /** The same, with as many lines as fit into the height. */
        static TextBlock fitInto(TrueTypeFont font, String text, double width, double height, double... sizes) {
            return fit(font, text, width, size -> (int) (height / (size * LINE_HEIGHT)), sizes);
        }

        private static TextBlock fit(
                TrueTypeFont font, String text, double width, DoubleToIntFunction linesIn, double... sizes) {
            for (double size : sizes) {
                List<String> lines = wrap(font, text, size, width);
                if (lines.size() <= linesIn.applyAsInt(size)) {
                    return new TextBlock(font, size, lines);
                }
            }
            double smallest = sizes[sizes.length - 1];
            int maxLines = linesIn.applyAsInt(smallest);
            List<String> lines = wrap(font, text, smallest, width).subList(0, maxLines);
            List<String> cut = new ArrayList<>(lines.subList(0, maxLines - 1));
            cut.add(shorten(font, lines.getLast() + ELLIPSIS, smallest, width));
            return new TextBlock(font, smallest, List.copyOf(cut));
        }

        double lineHeight() {
            return size * LINE_HEIGHT;
        }

        double height() {
            return lines.size() * lineHeight();
        }

        private static String shorten(TrueTypeFont font, String line, double size, double width) {
            String shorter = line;
            while (font.width(shorter, size) > width && shorter.codePointCount(0, shorter.length()) > 2) {
                int end = shorter.offsetByCodePoints(shorter.length(), -2);
                shorter = shorter.substring(0, end).stripTrailing() + ELLIPSIS;
            }
            return shorter;
        }

        private static List<String> wrap(TrueTypeFont font, String text, double size, double width) {
            List<String> lines = new ArrayList<>();
            StringBuilder line = new StringBuilder();
            for (String word : text.split(" ", -1)) {
                String rest = word;
                if (!line.isEmpty() && font.width(line + " " + rest, size) > width) {
                    lines.add(line.toString());
                    line.setLength(0);
                }
                while (font.width(rest, size) > width) {
                    int end = fitting(font, rest, size, width);
                    lines.add(rest.substring(0, end));
                    rest = rest.substring(end);
                }
                line.append(line.isEmpty() ? "" : " ").append(rest);
            }
            lines.add(line.toString());
            return lines;
        }

        /** The end of the part of a too wide word that fits on a line; at least one character. */
        private static int fitting(TrueTypeFont font, String word, double size, double width) {
            int end = word.offsetByCodePoints(0, 1);
            while (end < word.length()) {
                int next = word.offsetByCodePoints(end, 1);
                if (font.width(word.substring(0, next), size) > width) {
                    break;
                }
                end = next;
            }
            return end;
        }
    }
}
