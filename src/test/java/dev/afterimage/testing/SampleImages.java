package dev.afterimage.testing;

import dev.afterimage.image.ImageFormat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** Small whole images of one pixel, and what is not one. */
public final class SampleImages {

    private SampleImages() {}

    public static byte[] whole(ImageFormat format) {
        return switch (format) {
            case PNG -> png();
            case JPEG -> bytes(0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xD9);
            case GIF -> decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");
            case WEBP -> decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA");
        };
    }

    public static byte[] png() {
        return decode(
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
    }

    /** The first half of these bytes. */
    public static byte[] half(byte[] image) {
        return Arrays.copyOf(image, image.length / 2);
    }

    public static byte[] svg() {
        return "<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] decode(String base64) {
        return Base64.getDecoder().decode(base64);
    }
}
