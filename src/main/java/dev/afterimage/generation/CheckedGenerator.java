package dev.afterimage.generation;

import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.WholeImage;

/**
 * Decorator: checks that the answer is an image by its bytes: in a known raster format, whole, and not too large. An
 * image in another raster format than was asked for passes with its real format, because it is paid for and browsers
 * show it.
 *
 * @param maxBytes the size in bytes of the largest image that passes
 */
public record CheckedGenerator(ImageGenerator generator, long maxBytes) implements ImageGenerator {

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        GeneratedImage image = generator.generate(request, attempt);
        byte[] content = image.content();
        if (content.length > maxBytes) {
            throw new NotAnImageException(
                    "the image has " + content.length + " bytes; at most " + maxBytes + " may pass");
        }
        if (ImageFormat.ofContent(content).filter(image.format()::equals).isEmpty()) {
            throw new NotAnImageException("the bytes are no " + image.format().word() + " image");
        }
        if (!WholeImage.is(content, image.format())) {
            throw new NotAnImageException("the " + image.format().word() + " image is cut short or damaged");
        }
        return image;
    }
}
