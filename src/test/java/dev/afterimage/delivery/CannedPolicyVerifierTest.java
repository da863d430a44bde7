package dev.afterimage.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.aws.CloudFrontSigner;
import dev.afterimage.delivery.CannedPolicyVerifier.Refusal;
import dev.afterimage.delivery.CannedPolicyVerifier.VerificationResult;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.testing.Keys;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.TestImages;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CannedPolicyVerifierTest {

    private static final Instant NOW = Instant.parse("2025-03-01T10:30:00Z");

    private final MutableClock clock = new MutableClock(NOW);
    private final CannedPolicyVerifier verifier =
            new CannedPolicyVerifier(Map.of("K1", Keys.FIRST.getPublic(), "K2", Keys.SECOND.getPublic()), clock);

    @Test
    void urlSignedByTheAwsSdkIsAcceptedUntilItExpires() {
        SignedUrl signed = signedBy("K1");
        assertThat(verifier.verify(signed.url())).isEqualTo(new VerificationResult.Granted(signed.expiresAt()));
    }

    @Test
    void twoKeysAreAcceptedDuringARotation() {
        assertThat(verifier.verify(signedBy("K1").url())).isInstanceOf(VerificationResult.Granted.class);
        assertThat(verifier.verify(signedBy("K2").url())).isInstanceOf(VerificationResult.Granted.class);
    }

    @Test
    void theOrderOfTheSigningParametersDoesNotMatter() {
        String url = signedBy("K1").url();
        String signing = url.substring(url.indexOf("&Expires") + 1);
        String reordered = url.substring(0, url.indexOf('?') + 1) + signing + "&v=" + parameter(url, "v");
        assertThat(verifier.verify(reordered)).isInstanceOf(VerificationResult.Granted.class);
    }

    @Test
    void aUrlWithoutParametersOfItsOwnVerifies() {
        // The vector: signed by openssl over the canned policy of https://d111111abcdef8.cloudfront.net/image.png.
        CannedPolicyVerifier vector =
                new CannedPolicyVerifier(Map.of("KVECTOR", CannedPolicyVector.publicKey()), clock);
        assertThat(vector.verify(CannedPolicyVector.URL)).isInstanceOf(VerificationResult.Granted.class);
    }

    @Test
    void expiredSignatureIsRefused() {
        SignedUrl signed = signedBy("K1");
        clock.advance(Duration.between(NOW, signed.expiresAt()).minusMillis(1));
        assertThat(verifier.verify(signed.url())).isInstanceOf(VerificationResult.Granted.class);
        clock.advance(Duration.ofMillis(1));
        assertRefused(signed.url(), Refusal.EXPIRED);
    }

    @Test
    void raisingTheExpiryInvalidatesTheSignature() {
        String url = signedBy("K1").url();
        String expires = parameter(url, "Expires");
        assertRefused(url.replace(expires, Long.toString(Long.parseLong(expires) + 1)), Refusal.WRONG_SIGNATURE);
    }

    @Test
    void aForeignKeyIsRefused() {
        CannedPolicyVerifier other = new CannedPolicyVerifier(Map.of("K2", Keys.SECOND.getPublic()), clock);
        assertThat(other.verify(signedBy("K1").url())).isEqualTo(new VerificationResult.Refused(Refusal.UNKNOWN_KEY));
        assertRefused(signedBy("K1").url().replace("Key-Pair-Id=K1", "Key-Pair-Id=K2"), Refusal.WRONG_SIGNATURE);
    }

    @ParameterizedTest
    @CsvSource({"https://, http://", "cdn.example, evil.example", "/images/, /Images/", "?v=, ?w=", "?v=, ?extra&v="})
    void signatureOfAnotherUrlIsRefused(String part, String other) {
        String url = signedBy("K1").url();
        assertThat(url).contains(part);
        assertRefused(url.replace(part, other), Refusal.WRONG_SIGNATURE);
    }

    @Test
    void addingAParameterInvalidatesTheSignature() {
        assertRefused(signedBy("K1").url() + "&size=1", Refusal.WRONG_SIGNATURE);
        assertRefused(signedBy("K1").url() + "&", Refusal.WRONG_SIGNATURE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Expires", "Signature", "Key-Pair-Id"})
    void aMissingParameterIsRefused(String name) {
        String url = signedBy("K1").url();
        assertRefused(url.replace("&" + name + "=" + parameter(url, name), ""), Refusal.MISSING);
        assertRefused(url.replace("&" + name + "=", "&" + name.toLowerCase() + "="), Refusal.MISSING);
    }

    @Test
    void aBareUrlIsRefused() {
        assertRefused("https://cdn.example/images/" + TestImages.key(1), Refusal.MISSING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Expires", "Signature", "Key-Pair-Id"})
    void aRepeatedParameterIsRefused(String name) {
        String url = signedBy("K1").url();
        assertRefused(url + "&" + name + "=" + parameter(url, name), Refusal.REPEATED);
    }

    @Test
    void aCustomPolicyIsRefused() {
        assertRefused(signedBy("K1").url() + "&Policy=eyJ9", Refusal.CUSTOM_POLICY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "soon", "-1", "+1740825000", "0", "01740825000", "1740825000.5", "99999999999999999999"})
    void anExpiryThatIsNoNumberOfSecondsIsRefused(String expires) {
        String url = signedBy("K1").url();
        assertRefused(url.replace("Expires=" + parameter(url, "Expires"), "Expires=" + expires), Refusal.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a+b", "a/b", "ab==", "_", "a b", "%2D"})
    void aSignatureOutsideCloudFrontsAlphabetIsRefused(String signature) {
        assertRefused(withSignature(signature), Refusal.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "AAAA", "AAA_"})
    void aSignatureOfAnotherLengthIsRefused(String signature) {
        assertRefused(withSignature(signature), Refusal.WRONG_SIGNATURE);
    }

    private String withSignature(String signature) {
        String url = signedBy("K1").url();
        return url.replace("Signature=" + parameter(url, "Signature"), "Signature=" + signature);
    }

    private void assertRefused(String url, Refusal reason) {
        assertThat(verifier.verify(url)).isEqualTo(new VerificationResult.Refused(reason));
    }

    private SignedUrl signedBy(String keyPairId) {
        BaseUrl base = BaseUrl.of(Optional.of(URI.create("https://cdn.example")));
        ExpiryWindow window = new ExpiryWindow(Duration.ofHours(1), clock);
        var key = (keyPairId.equals("K1") ? Keys.FIRST : Keys.SECOND).getPrivate();
        return new CloudFrontSigner(base, () -> new SigningKey(keyPairId, key), window)
                .sign(TestImages.entry(TestImages.key(1), NOW, 64));
    }

    private static String parameter(String url, String name) {
        String value = url.substring(url.indexOf(name + "=") + name.length() + 1);
        return value.contains("&") ? value.substring(0, value.indexOf('&')) : value;
    }
}
