package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.enterprise.inject.Instance;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

class LocalBackendTest {

    @Test
    @SuppressWarnings("unchecked")
    void missingLocalBackEndNamesTheSettingToChange() {
        Instance<LocalBackend> none = (Instance<LocalBackend>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Instance.class}, (proxy, method, arguments) -> true);

        assertThatThrownBy(() -> LocalBackend.of(none))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Set afterimage.backend=aws");
    }
}
