package dev.afterimage.provider.demo;

import java.awt.Color;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Colours that go together; white text is readable on {@code from} and {@code to}.
 *
 * @param accent stands out from both
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
