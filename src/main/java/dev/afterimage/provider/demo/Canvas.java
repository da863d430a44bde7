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

/** An image while it is drawn: shapes and outlined text, smooth edges, no transparency in the result. */
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

    /** Restricts what follows to this shape; null ends the restriction. */
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

    /** The colour, let through to this share (0 invisible, 1 solid). */
    static Color faint(Color colour, double share) {
        return new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), (int) Math.round(255 * share));
    }
}
