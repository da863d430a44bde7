package dev.afterimage.generation;

import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageRequest;

/**
 * Port: an image-generation API that makes an image from template and data, and bills it. Decorators implement it too.
 */
@FunctionalInterface
public interface ImageGenerator {

    /**
     * Asks for one image, once. Blocks until the answer; call it from a virtual thread.
     *
     * @throws GenerationException when there is no image; its type says whether that was billed and what to do
     */
    GeneratedImage generate(ImageRequest request, Attempt attempt);
}
