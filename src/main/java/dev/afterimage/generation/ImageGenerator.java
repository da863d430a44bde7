package dev.afterimage.generation;

import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;

/**
 * Port: makes an image from template and data, for money. Blocks until it is there; call it from a virtual thread.
 * Decorators implement it too.
 */
@FunctionalInterface
public interface ImageGenerator {

    /**
     * Asks for one image, once.
     *
     * @throws GenerationException when there is no image; its type says whether that was billed and what to do
     */
    GeneratedImage generate(ImageRequest request, Attempt attempt);
}
