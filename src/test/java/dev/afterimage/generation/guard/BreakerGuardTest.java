package dev.afterimage.generation.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.generation.GenerationException.KeyUnavailableException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.Map;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.junit.jupiter.api.Test;

/** SmallRye's own circuit breakers, which exist only in a running service. */
@QuarkusTest
@TestProfile(BreakerGuardTest.OpensAfterFour.class)
class BreakerGuardTest {

    private static final GeneratedImage IMAGE = new GeneratedImage(new byte[] {1}, ImageFormat.PNG);

    @Inject
    BreakerGuard breaker;

    /** A bug: one breaker served all APIs, so that one that was down took the others with it. */
    @Test
    void failuresOfOneApiDoNotOpenTheCircuitOfAnother() throws Exception {
        fail("down", new UnavailableException("503", null));

        assertThatThrownBy(() -> call("down")).isInstanceOf(CircuitBreakerOpenException.class);
        assertThat(call("healthy")).isNotNull();
    }

    @Test
    void unreadableApiKeyIsNoFailureOfTheApi() throws Exception {
        fail("keyless", new KeyUnavailableException("cannot be read", null));

        assertThat(call("keyless")).isNotNull();
    }

    private void fail(String api, RuntimeException failure) {
        for (int call = 0; call < 4; call++) {
            assertThatThrownBy(() -> breaker.call(api, () -> {
                        throw failure;
                    }))
                    .isSameAs(failure);
        }
    }

    private GeneratedImage call(String api) throws Exception {
        return breaker.call(api, () -> IMAGE);
    }

    /** With the standard key in place of the annotation's figure, which is 20. */
    public static class OpensAfterFour implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.fault-tolerance.\"dev.afterimage.generation.guard.BreakerGuard/call\""
                            + ".circuit-breaker.request-volume-threshold",
                    "4",
                    "afterimage.pregeneration.worker",
                    "false");
        }
    }
}
