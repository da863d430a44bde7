package dev.afterimage.provider.demo;

import java.awt.image.BufferedImage;

/** Draws one kind of image. */
@FunctionalInterface
interface DemoTemplate {

    /**
     * An image of this data; what is missing is filled with a sample, so that {@code {}} shows what the template can do.
     *
     * @throws dev.afterimage.generation.RejectedException when a value has the wrong type
     */
    BufferedImage draw(DemoData data);
}
