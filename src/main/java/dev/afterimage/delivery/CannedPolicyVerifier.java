package dev.afterimage.delivery;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Verifies signed URLs as CloudFront does ("Create a signed URL using a canned policy", Amazon CloudFront Developer
 * Guide): takes the three signing parameters out of the URL, writes the canned policy over what is left, and checks the
 * RSA-SHA1 signature of that text with the public key that the URL names.
 */
public final class CannedPolicyVerifier {

    /** Seconds since 1970 as CloudFront writes them; eleven digits reach past the year 5000. */
    private static final Pattern EPOCH_SECONDS = Pattern.compile("[1-9][0-9]{0,10}");

    /** Base64 with CloudFront's substitutes for the characters that mean something in a URL. */
    private static final Pattern SIGNATURE = Pattern.compile("[A-Za-z0-9~-]+_{0,2}");

    private final Map<String, PublicKey> publicKeys;
    private final Clock clock;

    /**
     * Verifies URLs that were signed with one of these keys.
     *
     * @param publicKeys by key pair id: the key group, which has two keys while one is rotated
     */
    public CannedPolicyVerifier(Map<String, PublicKey> publicKeys, Clock clock) {
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
        if (found.repeated() || found.hasPolicy()) {
            return new VerificationResult.Refused(found.repeated() ? Refusal.REPEATED : Refusal.CUSTOM_POLICY);
        }
        String expires = found.values().get("Expires");
        String signature = found.values().get("Signature");
        String keyPairId = found.values().get("Key-Pair-Id");
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
        return isSignatureOf(policy(found.resource(), expires), signature, key)
                ? new VerificationResult.Granted(expiresAt)
                : new VerificationResult.Refused(Refusal.WRONG_SIGNATURE);
    }

    private static String policy(String resource, String expires) {
        return "{\"Statement\":[{\"Resource\":\"" + resource + "\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":"
                + expires + "}}}]}";
    }

    private static boolean isSignatureOf(String policy, String signature, PublicKey key) {
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

    /** What the verification of a signed URL found. */
    public sealed interface VerificationResult {

        /** The signature is right and in time. */
        record Granted(Instant expiresAt) implements VerificationResult {}

        /** The URL must not be honoured. */
        record Refused(Refusal reason) implements VerificationResult {}
    }

    /** Why a signed URL is refused, in words that help its owner and tell an attacker nothing new. */
    public enum Refusal {
        MISSING(
                "The URL is not signed: it needs Expires, Signature and Key-Pair-Id. Ask the service for a signed URL."),
        REPEATED("The URL holds Expires, Signature or Key-Pair-Id more than once."),
        CUSTOM_POLICY("The URL is signed with a custom policy; only canned policies are used here."),
        MALFORMED("Expires or Signature is damaged; the URL was probably cut or re-encoded on its way."),
        UNKNOWN_KEY(
                "The URL is signed with a key that is not, or no longer, accepted here. Ask the service for a new URL."),
        EXPIRED("The URL has expired. Ask the service for a new one."),
        WRONG_SIGNATURE("The signature does not fit this URL: it was made for another one, or either was changed.");

        private final String detail;

        Refusal(String detail) {
            this.detail = detail;
        }

        public String detail() {
            return detail;
        }
    }

    /**
     * A URL taken apart as CloudFront takes it apart: the signing parameters, and the resource that is left without
     * them, in its former order. Names are compared as they stand, undecoded, case included.
     *
     * @param resource the URL that was signed
     * @param values the values of the signing parameters by name, and that of {@code Policy}, which only URLs with a
     *     custom policy have
     * @param repeated whether Expires, Signature or Key-Pair-Id is there more than once
     */
    private record SignedParameters(String resource, Map<String, String> values, boolean repeated) {

        private static final String POLICY = "Policy";
        private static final Set<String> SIGNING = Set.of("Expires", "Signature", "Key-Pair-Id", POLICY);

        static SignedParameters of(String url) {
            int mark = url.indexOf('?');
            if (mark < 0) {
                return new SignedParameters(url, Map.of(), false);
            }
            Map<String, String> values = new HashMap<>();
            boolean repeated = false;
            List<String> others = new ArrayList<>();
            for (String parameter : url.substring(mark + 1).split("&", -1)) {
                int equals = parameter.indexOf('=');
                String name = parameter.substring(0, Math.max(0, equals));
                if (SIGNING.contains(name)) {
                    boolean again = values.put(name, parameter.substring(equals + 1)) != null;
                    repeated |= again && !name.equals(POLICY);
                } else {
                    others.add(parameter);
                }
            }
            String path = url.substring(0, mark);
            String resource = others.isEmpty() ? path : path + "?" + String.join("&", others);
            return new SignedParameters(resource, values, repeated);
        }

        boolean hasPolicy() {
            return values.containsKey(POLICY);
        }
    }
}
