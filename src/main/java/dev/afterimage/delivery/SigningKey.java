package dev.afterimage.delivery;

import java.security.PrivateKey;
import java.security.interfaces.RSAKey;

/**
 * The key that URLs are signed with, and the id under which the CDN knows its public half.
 *
 * @param keyPairId such as {@code K2JCJMDEHXQW5F}: the id of the public key in the CloudFront key group
 * @param privateKey RSA of 2048 bits, the only RSA size that CloudFront takes ("Specify signers that can create signed URLs
 *     and signed cookies", Amazon CloudFront Developer Guide)
 */
public record SigningKey(String keyPairId, PrivateKey privateKey) {

    private static final int BITS = 2048;

    public SigningKey {
        if (!keyPairId.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException(
                    "A key pair id is 1 to 64 letters, digits, - or _: the public key's id in the CloudFront key group.");
        }
        if (!(privateKey instanceof RSAKey rsa) || rsa.getModulus().bitLength() != BITS) {
            throw new IllegalArgumentException(
                    "CloudFront takes RSA keys of 2048 bits; make one with: openssl genrsa -out private.pem 2048");
        }
    }

    @Override
    public String toString() {
        return "SigningKey[" + keyPairId + "]";
    }
}
