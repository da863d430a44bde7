package dev.afterimage.image;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** SHA-256 and HMAC-SHA256 of texts in UTF-8. Declares no checked exception, because every Java platform has both. */
public final class Sha256 {

    private static final HexFormat HEX = HexFormat.of();
    private static final String HMAC = "HmacSHA256";

    /** Only copied, never used itself: a copy costs a tenth of looking the algorithm up, and each request makes a key. */
    private static final MessageDigest PROTOTYPE = lookup();

    private Sha256() {}

    /** The hash of the text, 32 bytes. */
    public static byte[] of(String text) {
        return digest().digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The hash of the text, as 64 lower-case hexadecimal digits. */
    public static String hex(String text) {
        return HEX.formatHex(of(text));
    }

    /** A SHA-256 digest that takes its bytes in several pieces. */
    public static MessageDigest digest() {
        try {
            return (MessageDigest) PROTOTYPE.clone();
        } catch (CloneNotSupportedException e) {
            return lookup();
        }
    }

    private static MessageDigest lookup() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256", e);
        }
    }

    /** The HMAC of the text (RFC 2104), 32 bytes. */
    public static byte[] hmac(byte[] secret, String text) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret, HMAC));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform must support " + HMAC, e);
        }
    }
}
