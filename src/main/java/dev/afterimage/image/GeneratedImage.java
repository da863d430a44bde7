package dev.afterimage.image;

import java.util.OptionalDouble;

/**
 * An image as the provider returned it. Its format is the one whose signature its bytes begin with
 * ({@link ImageFormat#ofContent}), whatever the provider called it.
 *
 * @param content the image's bytes; owned by this record, not copied, not to be changed
 * @param cost what it cost in the provider's own unit; empty where that is not known
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy would cost megabytes
public record GeneratedImage(byte[] content, ImageFormat format, OptionalDouble cost) {

    /** An image whose cost is not known. */
    public GeneratedImage(byte[] content, ImageFormat format) {
        this(content, format, OptionalDouble.empty());
    }

    /** The same image with this cost. */
    public GeneratedImage withCost(double newCost) {
        return new GeneratedImage(content, format, OptionalDouble.of(newCost));
    }

    @Override
    public String toString() {
        return "GeneratedImage[" + format.word() + ", " + content.length + " bytes]";
    }
}
