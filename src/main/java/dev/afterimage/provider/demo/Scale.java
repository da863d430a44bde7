package dev.afterimage.provider.demo;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A chart's value axis: round steps from {@code low} to {@code high} that take in every value and zero.
 *
 * @param step 1, 2 or 5 times a power of ten
 */
record Scale(double low, double high, double step) {

    private static final int MOST_STEPS = 5;

    static Scale over(List<Double> values) {
        double low = Math.min(0, values.stream().mapToDouble(v -> v).min().orElse(0));
        double high = Math.max(0, values.stream().mapToDouble(v -> v).max().orElse(0));
        double step = roundUp((high == low ? 1 : high - low) / MOST_STEPS);
        return new Scale(Math.floor(low / step) * step, high == low ? step : Math.ceil(high / step) * step, step);
    }

    private static double roundUp(double step) {
        double power = Math.pow(10, Math.floor(Math.log10(step)));
        for (double factor : new double[] {1, 2, 5}) {
            if (step <= factor * power) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        long count = Math.round((high - low) / step);
        for (long i = 0; i <= count; i++) {
            ticks.add(low + i * step);
        }
        return ticks;
    }

    /** Where the value lies between low (0) and high (1). */
    double share(double value) {
        return (value - low) / (high - low);
    }

    /** 950, or 12.5k or 3M where the whole scale is that large. */
    String label(double value) {
        double size = value == 0 ? 0 : Math.max(high, -low);
        if (size >= 1e9) {
            return format(value / 1e9) + "B";
        }
        if (size >= 1e6) {
            return format(value / 1e6) + "M";
        }
        return size >= 1e4 ? format(value / 1e3) + "k" : format(value);
    }

    private static String format(double value) {
        String pattern = Math.abs(value) < 0.01 ? "0.####" : "#,##0.##";
        String text = new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value);
        return text.equals("-0") ? "0" : text;
    }
}
