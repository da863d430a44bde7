package dev.afterimage.provider.demo;

import dev.afterimage.generation.RejectedException;
import dev.afterimage.generation.RejectedException.Reason;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Encodes what was drawn in one of the formats that Java can write. */
record ImageEncoder(ImageFormat format) {

    private static final float JPEG_QUALITY = 0.92f;

    /**
     * The encoder for this format.
     *
     * @throws RejectedException for WebP, which Java has no encoder for
     */
    static ImageEncoder of(ImageFormat format) {
        if (format == ImageFormat.WEBP) {
            throw new RejectedException(
                    Reason.DATA, "The demo provider draws png, jpeg and gif; ask for one of them instead of webp.");
        }
        return new ImageEncoder(format);
    }

    GeneratedImage encode(BufferedImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format.word()).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 * 1024);
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            ImageWriteParam settings = writer.getDefaultWriteParam();
            if (format == ImageFormat.JPEG) {
                settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                settings.setCompressionQuality(JPEG_QUALITY);
            }
            writer.write(null, new IIOImage(image, null, null), settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return new GeneratedImage(bytes.toByteArray(), format);
    }
}
