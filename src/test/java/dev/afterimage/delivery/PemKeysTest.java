package dev.afterimage.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.testing.Keys;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemKeysTest {

    private static final PrivateKey KEY = Keys.FIRST.getPrivate();

    @Test
    void aWrittenKeyReadsBack() {
        assertThat(PemKeys.readPrivate(PemKeys.write(KEY))).isEqualTo(KEY);
    }

    @Test
    void lineBreaksMayBeEscaped() {
        String oneLine = PemKeys.write(KEY).replace("\n", "\\n");
        assertThat(PemKeys.readPrivate(oneLine)).isEqualTo(KEY);
    }

    @Test
    void pkcs1PemIsRead() {
        byte[] pkcs8 = KEY.getEncoded();
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
        String pem = "-----BEGIN RSA PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pkcs1)
                + "\n-----END RSA PRIVATE KEY-----\n";
        assertThat(PemKeys.readPrivate(pem)).isEqualTo(KEY);
    }

    @Test
    void publicKeyIsDerivedFromThePrivateKey() {
        assertThat(PemKeys.publicOf(KEY)).isEqualTo(Keys.FIRST.getPublic());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED PRIVATE KEY-----",
            })
    void malformedPemIsRefusedWithoutBeingQuoted(String pem) {
        assertThatThrownBy(() -> PemKeys.readPrivate(pem))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("openssl genrsa")
                .hasMessageNotContainingAny("secret", "c2VjcmV0");
    }

    @Test
    void aKeyOfASizeThatCloudFrontRefusesIsRefused() {
        PrivateKey small = Keys.pair(1024).getPrivate();
        assertThatThrownBy(() -> new SigningKey("K1", small)).hasMessageContaining("2048");
    }

    @Test
    void keyPairIdWithCharactersUnfitForAUrlIsRefused() {
        assertThatThrownBy(() -> new SigningKey("K1&x", KEY)).hasMessageContaining("key pair id");
    }
}
