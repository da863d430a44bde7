package dev.afterimage.provider.demo;

/**
 * Java2D without a screen. With {@code DISPLAY} set, even drawing into memory would load the X11 libraries, which a JRE
 * without a desktop lacks; on a Mac it would put an icon into the Dock.
 */
final class Headless {

    private static final String PROPERTY = "java.awt.headless";

    private Headless() {}

    /** Must come before anything is drawn. What the operator set stays. */
    static void enable() {
        if (System.getProperty(PROPERTY) == null) {
            System.setProperty(PROPERTY, "true");
        }
    }
}
