package dev.afterimage.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Proxy;
import java.security.Principal;
import org.junit.jupiter.api.Test;

class CallerResolverTest {

    private final CallerResolver callers = new CallerResolver();

    /** A request with this API key and no known address, as behind a virtual connection. */
    private static HttpServerRequest request(String apiKey) {
        return (HttpServerRequest) Proxy.newProxyInstance(
                CallerResolverTest.class.getClassLoader(),
                new Class<?>[] {HttpServerRequest.class},
                (proxy, method, arguments) -> method.getName().equals("getHeader") ? apiKey : null);
    }

    private static Principal named(String name) {
        return () -> name;
    }

    @Test
    void theAuthorizersSubjectComesFirst() {
        assertThat(callers.resolve(named("alice"), request("one")).id()).isEqualTo("subject:alice");
    }

    @Test
    void aSubjectWithoutANameIsNone() {
        assertThat(callers.resolve(named(""), request("one")).id()).startsWith("address:");
    }

    @Test
    void withoutAnAddressAllShareOneQuota() {
        assertThat(callers.resolve(null, request(null)).id()).isEqualTo("address:unknown");
    }
}
