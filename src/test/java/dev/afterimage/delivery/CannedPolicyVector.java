package dev.afterimage.delivery;

import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** A URL signed outside Java, by the commands of CloudFront's "Create URL signature using Linux commands and OpenSSL". */
final class CannedPolicyVector {

    /**
     * Valid until the year 2100. The signature is {@code openssl sha1 -sign k.pem policy | openssl base64 -A | tr -- '+=/'
     * '-_~'} over the canned policy, white space removed.
     */
    static final String URL = "https://d111111abcdef8.cloudfront.net/image.png?Expires=4102444800&Signature="
            + "g4KPb3Y9GI5W71mksdBwWGOLb8-K4HjhfCdUl7PB8YFXXn9OpBQ~7q0thor8QkZJQp4zCt0wZj7BI8UhB6ySipe4PKZDXKjg"
            + "LM-dN5GSYiMzpN1O4U7X1ZP0COiyXMQ3IK-iPT~7RHoQIIiZVrr7Wt4WMIaCTnS1l-8Elj-GVrZ-AjkqvyDKWCtehDhTIJHH"
            + "mi6hKZjkkr182~MYBQGG5rw1BP2FW~VAWxrIxO1tRCHzJQB4iZykXNP-1b0qBdZEUXPJvmNqnYfR-0tdUd9vx6YcAmGFlgje"
            + "9SL4vuqT8eTYVkDJ4XQoaf1pqm89r8Wf9SnMqfMsKgfiHxCNOZ7iRQ__"
            + "&Key-Pair-Id=KVECTOR";

    private static final String PUBLIC_KEY =
            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxYc1saPKa5W4/tBGGKsVAft5CehkS/GKGGa5BGvAgso76L9O4w8Y"
                    + "6qMcRkdLnPHJ1s6Xv6XrqCeEEJb8DrctXclxFp62hxZhox0jVov62uF/5LFMh0g9cA4z4KiM+xIm1Cg0D9x6jnETTCAmkjxD"
                    + "TK06zHEBUwbyZktA7ZiWK19nHzCo6P8GcYfbpN7Idedf5PmRMRigmQgHVhRU6qrZo3TJ+uwLR3LK0eDXOLVTYs1Hvhlz871E"
                    + "DfdGrRhGTuONaqdpdVOHi8BuRPJs7NtuOESODWcysfPE4Xm4C5CPkwDt5NyKLc8dhZ7AtzB10ZXTMm4InejAAhgkgyHPE41V"
                    + "fQIDAQAB";

    private CannedPolicyVector() {}

    static PublicKey publicKey() {
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(PUBLIC_KEY)));
        } catch (java.security.GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
