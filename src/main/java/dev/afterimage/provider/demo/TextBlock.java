package dev.afterimage.provider.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleToIntFunction;

/** Text broken into lines that fit a width. */
record TextBlock(TrueTypeFont font, double size, List<String> lines) {

    private static final String ELLIPSIS = "…";
    private static final double LINE_HEIGHT = 1.18;

    /** The text in the first of these sizes in which it fits; in the last one it is cut where it must be. */
    static TextBlock fit(TrueTypeFont font, String text, double width, int maxLines, double... sizes) {
        return fit(font, text, width, size -> maxLines, sizes);
    }

    /** The same, with as many lines as the height has room for. */
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

    /** How much of a word that is wider than the line goes onto it; at least one character. */
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
