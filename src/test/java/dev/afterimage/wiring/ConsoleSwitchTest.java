package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.http.ConsoleRoutes.ConsoleConfig;
import dev.afterimage.http.auth.AuthConfig;
import dev.afterimage.testing.Configs;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleSwitchTest {

    @Test
    void aLaptopHasAConsole() {
        assertThat(isOn(Map.of())).isTrue();
    }

    @Test
    void onAwsThereIsNoConsole() {
        assertThat(isOn(Map.of("afterimage.backend", "aws"))).isFalse();
    }

    @Test
    void consoleIsOffWhereKeysAreRequired() {
        assertThat(isOn(Map.of("afterimage.auth.mode", "keys"))).isFalse();
    }

    @Test
    void consoleSettingOverridesTheBackEnd() {
        assertThat(isOn(Map.of("afterimage.console.enabled", "false"))).isFalse();
        assertThat(isOn(Map.of("afterimage.backend", "aws", "afterimage.console.enabled", "true")))
                .isTrue();
    }

    private static boolean isOn(Map<String, String> configured) {
        return new AuthWiring()
                .console(
                        Configs.of(ConsoleConfig.class, configured),
                        Configs.of(BackendConfig.class, configured),
                        Configs.of(AuthConfig.class, configured))
                .on();
    }
}
