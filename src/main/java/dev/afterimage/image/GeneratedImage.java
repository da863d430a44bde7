package dev.afterimage.image;

/**
 * An image as the provider returned it, checked: its bytes begin with the magic number of its format.
 *
 * @param content the image's bytes; owned by this record, not copied, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // identity is never compared; copying megabytes would serve nobody
public record GeneratedImage(byte[] content, ImageFormat format) {

    @Override
    public String toString() {
        return "GeneratedImage[" + format.word() + ", " + content.length + " bytes]";
    }
}
