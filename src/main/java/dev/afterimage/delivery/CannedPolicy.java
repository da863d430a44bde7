package dev.afterimage.delivery;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Verifies signed URLs as CloudFront does ("Create a signed URL using a canned policy", Amazon CloudFront Developer Guide):
 * takes the three signing parameters out of the URL, writes the canned policy over what is left, and checks the RSA-SHA1
 * signature of that text with the public key that the URL names.
 */
public final class CannedPolicy {

    /** Seconds since 1970 as CloudFront writes them; eleven digits reach past the year 5000. */
    private static final Pattern EPOCH_SECONDS = Pattern.compile("[1-9][0-9]{0,10}");

    /** Base64 with CloudFront's substitutes for the characters that mean something in a URL. */
    private static final Pattern SIGNATURE = Pattern.compile("[A-Za-z0-9~-]+_{0,2}");

    private final Map<String, PublicKey> publicKeys;
    private final Clock clock;

    /**
     * @param publicKeys by key pair id: the key group, in which two keys at once let one be rotated
     */
    public CannedPolicy(Map<String, PublicKey> publicKeys, Clock clock) {
        this.publicKeys = Map.copyOf(publicKeys);
        this.clock = clock;
    }

    /**
     * Says whether the URL may be honoured now.
     *
     * @param url the whole URL as it was requested, nothing decoded
     */
    public VerificationResult verify(String url) {
        SignedParameters found = SignedParameters.of(url);
        if (found.repeated() || found.customPolicy()) {
            return new VerificationResult.Refused(found.repeated() ? Refusal.REPEATED : Refusal.CUSTOM_POLICY);
        }
        String expires = found.expires();
        String signature = found.signature();
        String keyPairId = found.keyPairId();
        if (expires == null || signature == null || keyPairId == null) {
            return new VerificationResult.Refused(Refusal.MISSING);
        }
        if (!EPOCH_SECONDS.matcher(expires).matches()
                || !SIGNATURE.matcher(signature).matches()) {
            return new VerificationResult.Refused(Refusal.MALFORMED);
        }
        PublicKey key = publicKeys.get(keyPairId);
        if (key == null) {
            return new VerificationResult.Refused(Refusal.UNKNOWN_KEY);
        }
        Instant expiresAt = Instant.ofEpochSecond(Long.parseLong(expires));
        if (!clock.instant().isBefore(expiresAt)) {
            return new VerificationResult.Refused(Refusal.EXPIRED);
        }
        return signs(key, text(found.resource(), expires), signature)
                ? new VerificationResult.Granted(expiresAt)
                : new VerificationResult.Refused(Refusal.WRONG_SIGNATURE);
    }

    private static String text(String resource, String expires) {
        return "{\"Statement\":[{\"Resource\":\"" + resource + "\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":"
                + expires + "}}}]}";
    }

    private static boolean signs(PublicKey key, String policy, String signature) {
        try {
            Signature rsa = Signature.getInstance("SHA1withRSA");
            rsa.initVerify(key);
            rsa.update(policy.getBytes(StandardCharsets.UTF_8));
            return rsa.verify(Base64.getDecoder()
                    .decode(signature.replace('-', '+').replace('_', '=').replace('~', '/')));
        } catch (GeneralSecurityException | IllegalArgumentException damaged) {
            return false;
        }
    }
}
