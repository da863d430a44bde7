package dev.afterimage.filesystem;

import dev.afterimage.image.TemplateId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The name of a template's file: a readable beginning and the SHA-256 of the whole name. The hash makes it unique where a
 * file system takes {@code Hero} and {@code hero} for the same, forbids {@code :} or a device's name such as {@code con},
 * or has no room for more than 255 bytes.
 */
final class TemplateFileName {

    private static final int READABLE = 40;

    private TemplateFileName() {}

    static String of(TemplateId template) {
        String readable = template.value().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "-");
        return readable.substring(0, Math.min(READABLE, readable.length())) + '.' + hash(template.value());
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256", e);
        }
    }
}
