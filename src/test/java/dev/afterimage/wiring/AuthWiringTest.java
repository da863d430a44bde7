package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.http.auth.AuthConfig;
import dev.afterimage.testing.Configs;
import io.smallrye.config.SmallRyeConfig;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which settings may be combined, and which would open the service by accident. */
class AuthWiringTest {

    private static final String KEY = "afterimage.auth.keys.\"shop\".";

    private static void check(boolean onLambda, String... settings) {
        Map<String, String> all = new HashMap<>(Map.of("quarkus.http.host", "localhost"));
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            all.put(parts[0], parts[1]);
        }
        SmallRyeConfig config = Configs.with(all, AuthConfig.class);
        AuthWiring.check(config.getConfigMapping(AuthConfig.class), config, onLambda);
    }

    private static void refused(String says, boolean onLambda, String... settings) {
        assertThatThrownBy(() -> check(onLambda, settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(says);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "127.1.2.3", "::1"})
    void loopbackNeedsNoAuthentication(String host) {
        check(false, "quarkus.http.host=" + host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
    void otherAddressesNeedAModeOrExplicitOpenness(String host) {
        refused("afterimage.auth.mode", false, "quarkus.http.host=" + host);
        refused("afterimage.auth.open=true", false, "quarkus.http.host=" + host);
        check(false, "quarkus.http.host=" + host, "afterimage.auth.open=true");
        check(false, "quarkus.http.host=" + host, "afterimage.auth.mode=keys");
    }

    @ParameterizedTest
    @CsvSource({
        "none, afterimage.auth.key-file=/run/keys, afterimage.auth.key-file",
        "jwt,  afterimage.auth.key-file=/run/keys, afterimage.auth.key-file",
        "none, mp.jwt.verify.publickey.location=https://login.example/keys, mp.jwt.verify.publickey.location",
        "keys, mp.jwt.verify.publickey.location=https://login.example/keys, mp.jwt.verify.publickey.location",
        "keys, mp.jwt.verify.publickey=MIIB, mp.jwt.verify.publickey"
    })
    void twoModesAtOnceAreRefused(String mode, String setting, String names) {
        refused(names, false, "afterimage.auth.mode=" + mode, setting);
        refused("afterimage.auth.mode", false, "afterimage.auth.mode=" + mode, setting);
    }

    @Test
    void keysWithoutTheirModeAreRefused() {
        refused("afterimage.auth.mode", false, KEY + "hash=x", KEY + "roles=ask");
    }

    @Test
    void jwtModeNeedsKeysIssuerAndAudience() {
        String mode = "afterimage.auth.mode=jwt";
        String keys = "mp.jwt.verify.publickey.location=https://login.example/keys";
        String issuer = "mp.jwt.verify.issuer=https://login.example";
        String audience = "mp.jwt.verify.audiences=afterimage";
        refused("mp.jwt.verify.publickey.location", false, mode, issuer, audience, "mp.jwt.verify.publickey=NONE");
        refused("mp.jwt.verify.issuer", false, mode, keys, audience);
        refused("mp.jwt.verify.audiences", false, mode, keys, issuer);
        check(false, mode, keys, issuer, audience);
    }

    @Test
    void gatewayModeIsAllowedInTheFunctionOnly() {
        refused("afterimage.auth.mode", false, "afterimage.auth.mode=gateway");
        check(true, "afterimage.auth.mode=gateway");
        check(true);
        refused("gateway", true, "afterimage.auth.mode=keys");
    }

    @Test
    void unknownModeIsNamedWithItsKey() {
        assertThatThrownBy(() -> check(false, "afterimage.auth.mode=basic"))
                .hasStackTraceContaining("afterimage.auth.mode")
                .hasStackTraceContaining("basic");
        assertThat(AuthConfig.Mode.values()).hasSize(4);
    }
}
