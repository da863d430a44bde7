package dev.afterimage.image;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Makes keys: SHA-256 over the RFC 8785 canonical JSON of data, format, provider, template and template version. Whatever
 * changes the image changes the key; whatever does not (property order, white space, number spelling) does not.
 */
public final class KeyScheme {

    private static final HexFormat HEX = HexFormat.of();

    private final String provider;

    /**
     * A scheme for one provider.
     *
     * @param provider part of every key, because two APIs draw one template differently
     */
    public KeyScheme(ProviderIdentity provider) {
        this.provider = CanonicalString.quote(provider.value());
    }

    /**
     * The key of one image.
     *
     * @param templateVersion raised by a purge, so that every older image of the template becomes a miss
     */
    public ImageKey keyOf(ImageRequest request, long templateVersion) {
        // Already in canonical order: RFC 8785 sorts property names by UTF-16 code units.
        String document = "{\"data\":" + request.data().json()
                + ",\"format\":" + CanonicalString.quote(request.format().word())
                + ",\"provider\":" + provider
                + ",\"template\":" + CanonicalString.quote(request.template().value())
                + ",\"version\":" + templateVersion + "}";
        return new ImageKey(hexDigest(document));
    }

    /** SHA-256 of the text's UTF-8, in lower-case hexadecimal. */
    static String hexDigest(String text) {
        return HEX.formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256", e);
        }
    }
}
