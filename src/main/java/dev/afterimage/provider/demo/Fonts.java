package dev.afterimage.provider.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

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
                throw new IllegalStateException("The demo provider needs the library com.formdev:flatlaf-fonts-roboto,"
                        + " which holds " + file + ".");
            }
            return new TrueTypeFont(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
