package dev.afterimage.http.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FailureHandlersTest {

    /** Has no answers, so that whatever asks for one fails. */
    @SuppressWarnings("NullAway")
    private final FailureHandlers handlers = new FailureHandlers(null);

    /** A bug: it was logged with its stack trace and counted as an internal error. */
    @Test
    void aClientThatHangsUpIsNoError() {
        assertThat(handlers.failed(new IOException("Failed to write"), context(true))
                        .getStatus())
                .isEqualTo(204);
    }

    @Test
    void aFailureInTheMiddleOfAnAnswerIsAnError() {
        assertThatNullPointerException()
                .isThrownBy(() -> handlers.failed(new IOException("Redis is gone"), context(false)));
    }

    private static RoutingContext context(boolean closed) {
        HttpServerResponse response = fake(HttpServerResponse.class, Map.of("closed", closed, "headWritten", true));
        return fake(RoutingContext.class, Map.of("response", response, "normalizedPath", "/"));
    }

    private static <T> T fake(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answers.get(method.getName())));
    }
}
