package dev.afterimage.http.auth;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.afterimage.http.FakeCore;
import dev.afterimage.http.WithFakeCore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of an identity provider. */
@QuarkusTest
@TestProfile(JwtAuthenticatorTest.Tokens.class)
class JwtAuthenticatorTest extends WithFakeCore {

    private static final KeyPair KEYS = pair();
    private static final String ISSUER = "https://login.example";
    private static final String HEADER = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";

    public static final class Tokens extends FakeCore {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> all = new HashMap<>(super.getConfigOverrides());
            all.put("afterimage.auth.mode", "jwt");
            all.put("afterimage.auth.scopes.batch", "images/batch");
            all.put(
                    "mp.jwt.verify.publickey",
                    Base64.getEncoder().encodeToString(KEYS.getPublic().getEncoded()));
            all.put("mp.jwt.verify.issuer", ISSUER);
            all.put("mp.jwt.verify.audiences", "afterimage");
            return all;
        }
    }

    private static KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String token(String header, String claims, PrivateKey key) throws GeneralSecurityException {
        String signed = encode(header) + "." + encode(claims);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(key);
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    }

    /** A token that is good for five minutes, with more claims. */
    private static String claims(String more) {
        long now = Instant.now().getEpochSecond();
        return "{\"iss\":\"" + ISSUER + "\",\"aud\":\"afterimage\",\"sub\":\"ada\",\"iat\":" + now + ",\"exp\":"
                + (now + 300) + more + "}";
    }

    private static int status(String token, String path) {
        return given().header("Authorization", "Bearer " + token).get(path).statusCode();
    }

    private static String signed(String claims) throws GeneralSecurityException {
        return token(HEADER, claims, KEYS.getPrivate());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                ",\"scope\":\"openid afterimage/operate\"",
                ",\"scp\":[\"afterimage/operate\"]",
                ",\"scp\":\"afterimage/operate\"",
                ",\"groups\":[\"afterimage/operate\"]"
            })
    void aScopeGivesItsRole(String scope) throws Exception {
        String token = signed(claims(scope));
        assertThat(status(token, "/v1/stats")).isEqualTo(200);
        assertThat(status(token, "/v1/batches/01jqvcx7h5m0a2b3c4d5e6f7g8")).isEqualTo(404);
        assertThat(status(signed(claims("")), "/v1/stats")).isEqualTo(403);
        assertThat(status(signed(claims(",\"scope\":\"afterimage/operates\"")), "/v1/stats"))
                .isEqualTo(403);
    }

    @Test
    void theNamesOfTheScopesAreConfigured() throws Exception {
        String batch = "/v1/batches/01jqvcx7h5m0a2b3c4d5e6f7g8";
        assertThat(status(signed(claims(",\"scope\":\"images/batch\"")), batch)).isEqualTo(404);
        assertThat(status(signed(claims(",\"scope\":\"afterimage/batch\"")), batch))
                .isEqualTo(403);
    }

    @Test
    void validTokenMayAskOnItsSubjectsQuota() throws Exception {
        given().header("Authorization", "Bearer " + signed(claims("")))
                .contentType("application/json")
                .body("{\"template\":\"t\",\"data\":{}}")
                .post("/v1/images")
                .then()
                .statusCode(200);
        assertThat(core.generationRequest().caller().id()).isEqualTo("subject:ada");
    }

    @Test
    void uploadIsReadCompletelyAfterItsTokenIsVerified() throws Exception {
        given().header("Authorization", "Bearer " + signed(claims(",\"scope\":\"images/batch\"")))
                .contentType("text/csv")
                .body("title\n" + "Hello\n".repeat(40_000))
                .post("/v1/batches?template=t")
                .then()
                .statusCode(202)
                .body("total", equalTo(40_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"iss", "aud", "exp", "sub"})
    void tokenWithWrongIssuerAudienceOrExpiryIsRefused(String wrong) throws Exception {
        String claims = claims("");
        String changed = switch (wrong) {
            case "iss" -> claims.replace(ISSUER, "https://login.example.org");
            case "aud" -> claims.replace("\"afterimage\"", "\"another\"");
            case "exp" -> claims.replaceFirst("\"exp\":[0-9]+", "\"exp\":1000000000");
            default -> claims.replace("\"sub\":\"ada\",", "");
        };
        assertThat(status(signed(changed), "/v1/images/x")).isEqualTo(401);
        assertThat(status(signed(claims), "/v1/images/x")).isEqualTo(404);
    }

    @Test
    void unsignedOrForeignTokenIsRefused() throws Exception {
        String good = signed(claims(""));
        String unsigned = encode("{\"alg\":\"none\"}") + "." + encode(claims("")) + ".";
        String otherClaims =
                good.replaceFirst("\\.[^.]+\\.", "." + encode(claims(",\"scope\":\"afterimage/operate\"")) + ".");

        assertThat(status(token(HEADER, claims(""), pair().getPrivate()), "/v1/images/x"))
                .isEqualTo(401);
        assertThat(status(unsigned, "/v1/images/x")).isEqualTo(401);
        assertThat(status(otherClaims, "/v1/images/x")).isEqualTo(401);
        assertThat(status("a.b.c", "/v1/images/x")).isEqualTo(401);
        given().get("/v1/images/x").then().statusCode(401);
    }
}
