package dev.afterimage.provider.demo;

import dev.afterimage.provider.demo.Canvas.Palette;
import dev.afterimage.provider.demo.Canvas.TextBlock;
import dev.afterimage.provider.demo.DemoProvider.DemoTemplate;
import dev.afterimage.provider.demo.TrueTypeFont.Fonts;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * An image of a product, 1000 x 1000 pixels: {@code name}, {@code description}, {@code price}, {@code badge},
 * {@code brand}. In place of a photograph it shows an abstract figure, which is the same for the same data.
 */
record ProductCard(Fonts fonts) implements DemoTemplate {

    private static final int SIZE = 1000;
    private static final double MARGIN = 64;
    private static final Shape STAGE = new RoundRectangle2D.Double(40, 40, SIZE - 80, 600, 56, 56);
    private static final Color INK = new Color(0x16161D);
    private static final Color SOFT_INK = new Color(0x6B7280);

    @Override
    public BufferedImage draw(DemoData data) {
        SplittableRandom random = data.random();
        Palette palette = Palette.any(random);
        Canvas canvas = new Canvas(SIZE, SIZE);
        canvas.fill(new Rectangle2D.Double(0, 0, SIZE, SIZE), new Color(0xFAFAF9));
        canvas.fill(STAGE, Canvas.gradient(0, 40, palette.from(), SIZE, 640, palette.to()));
        canvas.within(STAGE, () -> figure(canvas, palette, random));
        badge(canvas, data.text("badge", ""), palette);
        texts(canvas, data, palette);
        return canvas.finish();
    }

    private static void figure(Canvas canvas, Palette palette, SplittableRandom random) {
        double x = SIZE / 2.0;
        double y = 340;
        canvas.circle(x, y, 330, Canvas.withOpacity(Color.WHITE, 0.06));
        canvas.circle(x, y, 250, Canvas.withOpacity(Color.WHITE, 0.07));
        int petals = 5 + random.nextInt(6);
        double turn = random.nextDouble(Math.PI);
        double length = 150 + random.nextDouble(60);
        double breadth = 52 + random.nextDouble(44);
        Shape petal = new Ellipse2D.Double(0, -breadth / 2, length, breadth);
        for (int i = 0; i < petals; i++) {
            AffineTransform place = AffineTransform.getTranslateInstance(x, y);
            place.rotate(turn + 2 * Math.PI * i / petals);
            place.translate(34, 0);
            Color colour =
                    i % 2 == 0 ? Canvas.withOpacity(Color.WHITE, 0.82) : Canvas.withOpacity(palette.accent(), 0.88);
            canvas.fill(place.createTransformedShape(petal), colour);
        }
        canvas.circle(x, y, 46, palette.accent());
        canvas.circle(x, y, 22, palette.from());
        canvas.fill(wave(random), Canvas.withOpacity(Color.WHITE, 0.12));
    }

    private static Shape wave(SplittableRandom random) {
        double lift = 30 + random.nextDouble(60);
        Path2D wave = new Path2D.Double();
        wave.moveTo(0, 600);
        wave.curveTo(300, 600 - 2 * lift, 600, 640 + lift, SIZE, 590 - lift);
        wave.lineTo(SIZE, 660);
        wave.lineTo(0, 660);
        wave.closePath();
        return wave;
    }

    private void badge(Canvas canvas, String badge, Palette palette) {
        if (badge.isEmpty()) {
            return;
        }
        TextBlock text = TextBlock.fit(fonts.bold(), badge.toUpperCase(Locale.ROOT), 500, 1, 28);
        String line = text.lines().getFirst();
        canvas.pill(76, 76, fonts.bold().width(line, 28) + 56, 60, palette.accent());
        canvas.text(fonts.bold(), 28, line, 104, 116, INK);
    }

    private void texts(Canvas canvas, DemoData data, Palette palette) {
        String price = data.text("price", "€ 49");
        TextBlock priceTag = TextBlock.fit(fonts.bold(), price, 320, 1, 64, 54, 44);
        String priceLine = priceTag.lines().getFirst();
        double priceWidth = price.isEmpty() ? 0 : fonts.bold().width(priceLine, priceTag.size());
        canvas.text(fonts.bold(), priceTag.size(), priceLine, SIZE - MARGIN - priceWidth, 746, palette.from());
        double width = SIZE - 2 * MARGIN - priceWidth - 40;
        TextBlock name = TextBlock.fit(fonts.bold(), data.text("name", "Something lovely"), width, 2, 64, 56, 48, 42);
        double y = canvas.text(name, MARGIN, 746 - name.size(), INK);
        TextBlock description =
                TextBlock.fit(fonts.regular(), data.text("description", ""), SIZE - 2 * MARGIN, 2, 36, 32);
        canvas.text(description, MARGIN, y + 16, SOFT_INK);
        canvas.text(fonts.medium(), 24, data.text("brand", "afterimage demo"), MARGIN, SIZE - 44, SOFT_INK);
    }
}
