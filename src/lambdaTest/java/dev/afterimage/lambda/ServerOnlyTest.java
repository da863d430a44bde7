package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerOnlyTest {

    @Test
    void serverOnlySettingsAreOffByDefault() {
        assertThat(isConfigured(Map.of("quarkus.http.auth.proactive", "true", "quarkus.http.cors.enabled", "false")))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "quarkus.http.cors.enabled, true",
        "quarkus.http.access-log.enabled, true",
        "quarkus.http.auth.permission.all.policy, authenticated",
        "'quarkus.http.header.\"Strict-Transport-Security\".value', max-age=1",
        "quarkus.http.filter.all.matches, /.*",
    })
    void serverOnlyRequestsAreAnsweredByTheServer(String name, String value) {
        assertThat(isConfigured(Map.of(name, value))).isTrue();
    }

    private static boolean isConfigured(Map<String, String> properties) {
        return ServerOnly.isConfigured(new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build());
    }
}
