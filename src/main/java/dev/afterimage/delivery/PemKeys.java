package dev.afterimage.delivery;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes RSA keys as PEM (RFC 7468). Both forms of a private key that {@code openssl genrsa} produces are read:
 * PKCS#8 (version 3 on) and PKCS#1 (before). Line breaks may be written {@code \n}, as environment variables and JSON force
 * people to.
 */
public final class PemKeys {

    private static final Pattern PRIVATE =
            Pattern.compile("-----BEGIN (RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END (?:RSA )?PRIVATE KEY-----");

    /** RFC 5958: version 0, then AlgorithmIdentifier rsaEncryption (1.2.840.113549.1.1.1) with its NULL parameter. */
    private static final byte[] PKCS8_RSA = HexFormat.of().parseHex("020100300D06092A864886F70D0101010500");

    private static final byte SEQUENCE = 0x30;
    private static final byte OCTET_STRING = 0x04;

    private PemKeys() {}

    /**
     * Reads a private key.
     *
     * @throws IllegalArgumentException when this is no unencrypted RSA private key in PEM; the message holds none of it
     */
    public static PrivateKey readPrivate(String pem) {
        Matcher block = PRIVATE.matcher(pem.replace("\\n", "\n"));
        if (!block.find()) {
            throw unreadable(null);
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(block.group(2));
            return rsa().generatePrivate(new PKCS8EncodedKeySpec(block.group(1) == null ? der : pkcs8(der)));
        } catch (GeneralSecurityException | IllegalArgumentException damaged) {
            throw unreadable(damaged);
        }
    }

    /** The public half, which an RSA private key carries along. */
    public static PublicKey publicOf(PrivateKey key) {
        if (!(key instanceof RSAPrivateCrtKey rsa)) {
            throw new IllegalArgumentException(
                    "Only an RSA private key with its public exponent knows its public half.");
        }
        try {
            return rsa().generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has RSA", impossible);
        }
    }

    /** The key as PKCS#8 PEM, as {@code afterimage.delivery.private-key} takes it. The text is as secret as the key. */
    public static String write(PrivateKey key) {
        Base64.Encoder lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN PRIVATE KEY-----\n" + lines.encodeToString(key.getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    private static byte[] pkcs8(byte[] pkcs1) {
        byte[] key = der(OCTET_STRING, pkcs1);
        return der(
                SEQUENCE,
                ByteBuffer.allocate(PKCS8_RSA.length + key.length)
                        .put(PKCS8_RSA)
                        .put(key)
                        .array());
    }

    /** Lengths in the two-byte long form of DER, which every RSA key of 1024 to 8192 bits needs. */
    private static byte[] der(byte tag, byte[] content) {
        return ByteBuffer.allocate(content.length + 4)
                .put(tag)
                .put((byte) 0x82)
                .putShort((short) content.length)
                .put(content)
                .array();
    }

    private static KeyFactory rsa() throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA");
    }

    private static IllegalArgumentException unreadable(@Nullable Exception cause) {
        return new IllegalArgumentException(
                "The private key must be an unencrypted RSA key in PEM, from -----BEGIN PRIVATE KEY----- to"
                        + " -----END PRIVATE KEY-----; make one with: openssl genrsa -out private.pem 2048",
                cause);
    }
}
