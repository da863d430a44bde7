package dev.afterimage.provider.demo;

import dev.afterimage.provider.demo.Canvas.Palette;
import dev.afterimage.provider.demo.Canvas.TextBlock;
import dev.afterimage.provider.demo.DemoProvider.DemoTemplate;
import dev.afterimage.provider.demo.TrueTypeFont.Fonts;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An image for a shared link, 1200 x 630 pixels: {@code title}, {@code subtitle}, {@code author}, {@code tag},
 * {@code site}.
 */
record SocialCard(Fonts fonts) implements DemoTemplate {

    private static final int WIDTH = 1200;
    private static final int HEIGHT = 630;
    private static final double MARGIN = 84;
    private static final double TEXT_WIDTH = 900;
    private static final double FOOT = 546;
    private static final double GAP = 12;
    private static final double[] SIZES = {120, 104, 92, 80, 70, 62, 54, 48};

    @Override
    public BufferedImage draw(DemoData data) {
        SplittableRandom random = data.random();
        Palette palette = Palette.any(random);
        Canvas canvas = new Canvas(WIDTH, HEIGHT);
        background(canvas, palette, random);
        String tag = data.text("tag", "");
        texts(canvas, data, tag(canvas, tag, palette), tag.isEmpty() ? 0.45 : 0);
        foot(canvas, data, palette);
        return canvas.finish();
    }

    private static void background(Canvas canvas, Palette palette, SplittableRandom random) {
        Shape all = new Rectangle2D.Double(0, 0, WIDTH, HEIGHT);
        canvas.fill(all, Canvas.gradient(0, 0, palette.from(), WIDTH, HEIGHT, palette.to()));
        double x = WIDTH - 50 - random.nextDouble(80);
        double y = 70 + random.nextDouble(300);
        for (double radius = 420; radius > 90; radius -= 82) {
            canvas.circle(x, y, radius, Canvas.withOpacity(Color.WHITE, 0.055));
        }
        canvas.circle(x, y, 60, palette.accent());
        canvas.circle(120 + random.nextDouble(500), HEIGHT + 90, 210, Canvas.withOpacity(Color.WHITE, 0.05));
    }

    private double tag(Canvas canvas, String tag, Palette palette) {
        if (tag.isEmpty()) {
            return MARGIN;
        }
        TextBlock text = TextBlock.fit(fonts.bold(), tag.toUpperCase(Locale.ROOT), 600, 1, 22);
        String line = text.lines().getFirst();
        canvas.pill(MARGIN, MARGIN, fonts.bold().width(line, 22) + 44, 46, palette.accent());
        canvas.text(fonts.bold(), 22, line, MARGIN + 22, MARGIN + 31, new Color(0x1E1B2E));
        return MARGIN + 74;
    }

    /** Draws title and subtitle, as large as they fit between the tag and the foot. */
    private void texts(Canvas canvas, DemoData data, double top, double shareOfSpaceAbove) {
        String subtitle = data.text("subtitle", "");
        TextBlock below = TextBlock.fit(fonts.regular(), subtitle, TEXT_WIDTH, 2, 38, 34, 30);
        double belowHeight = subtitle.isEmpty() ? 0 : GAP + below.height();
        double room = FOOT - 60 - top;
        TextBlock title = TextBlock.fitInto(
                fonts.bold(), data.text("title", "An image for every link"), TEXT_WIDTH, room - belowHeight, SIZES);
        double space = room - title.height() - belowHeight;
        double y = canvas.text(title, MARGIN, top + space * shareOfSpaceAbove, Color.WHITE);
        canvas.text(below, MARGIN, y + GAP, Canvas.withOpacity(Color.WHITE, 0.86));
    }

    private void foot(Canvas canvas, DemoData data, Palette palette) {
        String site = data.text("site", "afterimage demo");
        double siteWidth = fonts.medium().width(site, 26);
        String author = data.text("author", "");
        double left = MARGIN;
        if (!author.isEmpty()) {
            canvas.circle(MARGIN + 34, FOOT, 34, palette.accent());
            canvas.centred(fonts.bold(), 28, initials(author), MARGIN + 34, FOOT + 10, new Color(0x1E1B2E));
            TextBlock name = TextBlock.fit(fonts.medium(), author, 480, 1, 30);
            canvas.text(fonts.medium(), 30, name.lines().getFirst(), MARGIN + 88, FOOT + 11, Color.WHITE);
            left = WIDTH - MARGIN - siteWidth;
        }
        canvas.text(fonts.medium(), 26, site, left, FOOT + 10, Canvas.withOpacity(Color.WHITE, 0.75));
    }

    private static String initials(String name) {
        return Stream.of(name.split(" "))
                .filter(word -> !word.isEmpty())
                .limit(2)
                .map(word -> Character.toString(word.codePointAt(0)).toUpperCase(Locale.ROOT))
                .collect(Collectors.joining());
    }
}
