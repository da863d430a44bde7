package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerOnlyTest {

    @Test
    void byDefaultNothingStandsBeforeTheResources() {
        assertThat(isConfigured(Map.of("quarkus.http.auth.proactive", "true", "quarkus.http.cors.enabled", "false")))
                .isFalse();
    }

    @Test
    void crossOriginAnswersAndPermissionsAreTheServers() {
        assertThat(isConfigured(Map.of("quarkus.http.cors.enabled", "true"))).isTrue();
        assertThat(isConfigured(Map.of("quarkus.http.auth.permission.all.policy", "authenticated")))
                .isTrue();
    }

    private static boolean isConfigured(Map<String, String> properties) {
        return ServerOnly.isConfigured(new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build());
    }
}
