package dev.afterimage.provider.demo;

import dev.afterimage.provider.demo.Canvas.Palette;
import dev.afterimage.provider.demo.Canvas.TextBlock;
import dev.afterimage.provider.demo.DemoProvider.DemoTemplate;
import dev.afterimage.provider.demo.TrueTypeFont.Fonts;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;

/**
 * A chart, 1200 x 675 pixels: {@code values}, {@code labels}, {@code title}, {@code subtitle}, and {@code type}, which is
 * {@code bar} or {@code line}.
 */
record Chart(Fonts fonts) implements DemoTemplate {

    private static final int WIDTH = 1200;
    private static final int HEIGHT = 675;
    private static final double MARGIN = 64;
    private static final double TOP = 230;
    private static final double BOTTOM = HEIGHT - 92;
    private static final BasicStroke LINE = new BasicStroke(6, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final Color INK = new Color(0x16161D);
    private static final Color SOFT_INK = new Color(0x6B7280);

    @Override
    public BufferedImage draw(DemoData data) {
        List<Double> values = data.numbers("values", List.of(12.0, 19.0, 9.0, 24.0, 31.0, 28.0));
        List<String> labels = data.texts("labels", List.of());
        boolean line = data.text("type", "bar").equals("line");
        Palette palette = Palette.any(data.random());
        Canvas canvas = new Canvas(WIDTH, HEIGHT);
        canvas.fill(new Rectangle2D.Double(0, 0, WIDTH, HEIGHT), Color.WHITE);
        double width = WIDTH - 2 * MARGIN;
        double below = canvas.text(
                TextBlock.fit(fonts.bold(), data.text("title", "Images a day"), width, 1, 52, 36), MARGIN, 50, INK);
        canvas.text(
                TextBlock.fit(fonts.regular(), data.text("subtitle", ""), width, 1, 28, 24), MARGIN, below, SOFT_INK);

        double low = Math.min(0, values.stream().mapToDouble(v -> v).min().orElse(0));
        double high = Math.max(0, values.stream().mapToDouble(v -> v).max().orElse(0));
        double scale = high > low ? (BOTTOM - TOP) / (high - low) : 0;
        double zero = BOTTOM + low * scale;
        double band = width / values.size();
        Path2D path = new Path2D.Double();
        for (int i = 0; i < values.size(); i++) {
            double centre = MARGIN + band * (i + 0.5);
            double y = zero - values.get(i) * scale;
            if (i == 0) {
                path.moveTo(centre, y);
            } else {
                path.lineTo(centre, y);
            }
            if (line) {
                canvas.circle(centre, y, 10, palette.from());
            } else {
                canvas.fill(
                        new Rectangle2D.Double(
                                centre - band * 0.32, Math.min(y, zero), band * 0.64, Math.abs(y - zero)),
                        Canvas.gradient(0, TOP, palette.from(), 0, BOTTOM, palette.to()));
            }
            label(canvas, number(values.get(i)), band, centre, Math.min(y, zero) - 16, INK);
            label(canvas, i < labels.size() ? labels.get(i) : "", band, centre, BOTTOM + 42, SOFT_INK);
        }
        canvas.fill(new Rectangle2D.Double(MARGIN, zero - 1, width, 2), SOFT_INK);
        if (line) {
            canvas.fill(LINE.createStrokedShape(path), palette.from());
        }
        return canvas.finish();
    }

    private void label(Canvas canvas, String text, double band, double centre, double baseline, Color colour) {
        TextBlock label = TextBlock.fit(fonts.medium(), text, band - 8, 1, 24, 20, 16);
        canvas.centred(fonts.medium(), label.size(), label.lines().getFirst(), centre, baseline, colour);
    }

    private static String number(double value) {
        return new DecimalFormat("#,##0.##", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value);
    }
}
