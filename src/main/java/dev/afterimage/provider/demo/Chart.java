package dev.afterimage.provider.demo;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * A chart, 1200 x 675 pixels: {@code values}, {@code labels}, {@code title}, {@code subtitle}, and {@code type}, which is
 * {@code bar} or {@code line}.
 */
record Chart(Fonts fonts) implements DemoTemplate {

    private static final int WIDTH = 1200;
    private static final int HEIGHT = 675;
    private static final double MARGIN = 64;
    private static final double LEFT = 140;
    private static final double RIGHT = WIDTH - MARGIN;
    private static final double BOTTOM = HEIGHT - 92;
    private static final double LABEL = 24;
    private static final BasicStroke LINE = new BasicStroke(6, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final BasicStroke HALO = new BasicStroke(6, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final Color INK = new Color(0x16161D);
    private static final Color SOFT_INK = new Color(0x6B7280);
    private static final Color GRID = new Color(0xE5E7EB);

    @Override
    public BufferedImage draw(DemoData data) {
        List<Double> values = data.numbers("values", List.of(12.0, 19.0, 9.0, 24.0, 31.0, 28.0));
        List<String> labels = data.texts("labels", List.of());
        boolean line = data.text("type", "bar").equals("line");
        Palette palette = Palette.any(data.random());
        Canvas canvas = new Canvas(WIDTH, HEIGHT);
        canvas.fill(new Rectangle2D.Double(0, 0, WIDTH, HEIGHT), new Color(0xFFFFFF));
        canvas.fill(
                new Rectangle2D.Double(0, 0, WIDTH, 10), Canvas.gradient(0, 0, palette.from(), WIDTH, 0, palette.to()));
        double top = heading(canvas, data) + 46;
        Plot plot = new Plot(values, Scale.over(values), top);
        grid(canvas, plot);
        if (line) {
            line(canvas, plot, palette);
        } else {
            bars(canvas, plot, palette);
        }
        labels(canvas, plot, labels);
        return canvas.finish();
    }

    /** Where values and their places lie in pixels. */
    private record Plot(List<Double> values, Scale scale, double top) {

        double y(double value) {
            return BOTTOM - scale.share(value) * (BOTTOM - top);
        }

        double band() {
            return (RIGHT - LEFT) / values.size();
        }

        /** Whether both neighbours lie higher. */
        boolean isDip(int i) {
            return i > 0
                    && i < values.size() - 1
                    && values.get(i - 1) > values.get(i)
                    && values.get(i + 1) > values.get(i);
        }

        double centre(int i) {
            return LEFT + band() * (i + 0.5);
        }
    }

    private double heading(Canvas canvas, DemoData data) {
        TextBlock title =
                TextBlock.fit(fonts.bold(), data.text("title", "Images a day"), WIDTH - 2 * MARGIN, 1, 52, 44, 36);
        double y = canvas.text(title, MARGIN, 50, INK);
        String subtitle = data.text("subtitle", "");
        return subtitle.isEmpty()
                ? y
                : canvas.text(
                        TextBlock.fit(fonts.regular(), subtitle, WIDTH - 2 * MARGIN, 1, 28, 24), MARGIN, y, SOFT_INK);
    }

    private void grid(Canvas canvas, Plot plot) {
        for (double tick : plot.scale().ticks()) {
            double y = plot.y(tick);
            canvas.fill(new Rectangle2D.Double(LEFT, y - 1, RIGHT - LEFT, 2), tick == 0 ? SOFT_INK : GRID);
            String label = plot.scale().label(tick);
            double width = fonts.regular().width(label, 22);
            canvas.text(fonts.regular(), 22, label, LEFT - 18 - width, y + 8, SOFT_INK);
        }
    }

    private void bars(Canvas canvas, Plot plot, Palette palette) {
        double width = Math.min(plot.band() * 0.64, 150);
        for (int i = 0; i < plot.values().size(); i++) {
            double value = plot.values().get(i);
            double zero = plot.y(0);
            double y = plot.y(value);
            double x = plot.centre(i) - width / 2;
            double top = Math.min(y, zero);
            double height = Math.abs(y - zero);
            Rectangle2D bar = new Rectangle2D.Double(x, top, width, height);
            double round = Math.min(22, width);
            // Rounded at the value, square at zero: the rounded shape reaches beyond zero and is clipped there.
            canvas.within(
                    bar,
                    () -> canvas.fill(
                            new RoundRectangle2D.Double(
                                    x, value < 0 ? top - round : top, width, height + round, round, round),
                            Canvas.gradient(0, plot.top(), palette.from(), 0, BOTTOM, palette.to())));
            value(canvas, plot, i, value < 0 ? y + 30 : y - 12);
        }
    }

    private void value(Canvas canvas, Plot plot, int i, double baseline) {
        String label = plot.scale().label(plot.values().get(i));
        double width = fonts.medium().width(label, LABEL);
        if (width < plot.band()) {
            Shape shape = fonts.medium().shape(label, LABEL, plot.centre(i) - width / 2, baseline);
            canvas.fill(HALO.createStrokedShape(shape), Color.WHITE);
            canvas.fill(shape, INK);
        }
    }

    private void line(Canvas canvas, Plot plot, Palette palette) {
        Path2D path = new Path2D.Double();
        int last = plot.values().size() - 1;
        path.moveTo(plot.centre(0), plot.y(plot.values().getFirst()));
        for (int i = 1; i <= last; i++) {
            path.lineTo(plot.centre(i), plot.y(plot.values().get(i)));
        }
        Path2D area = new Path2D.Double(path);
        area.lineTo(plot.centre(last), plot.y(0));
        area.lineTo(plot.centre(0), plot.y(0));
        area.closePath();
        canvas.fill(
                area,
                Canvas.gradient(
                        0,
                        plot.top(),
                        Canvas.faint(palette.from(), 0.32),
                        0,
                        BOTTOM,
                        Canvas.faint(palette.to(), 0.04)));
        canvas.fill(LINE.createStrokedShape(path), palette.from());
        for (int i = 0; i <= last; i++) {
            double y = plot.y(plot.values().get(i));
            canvas.circle(plot.centre(i), y, 10, palette.from());
            canvas.circle(plot.centre(i), y, 5, Color.WHITE);
            value(canvas, plot, i, plot.isDip(i) ? y + 40 : y - 22);
        }
    }

    private void labels(Canvas canvas, Plot plot, List<String> labels) {
        for (int i = 0; i < Math.min(labels.size(), plot.values().size()); i++) {
            TextBlock label = TextBlock.fit(fonts.regular(), labels.get(i), plot.band() - 8, 1, 24, 20, 16);
            canvas.centred(
                    fonts.regular(), label.size(), label.lines().getFirst(), plot.centre(i), BOTTOM + 42, SOFT_INK);
        }
    }
}
