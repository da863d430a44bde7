package dev.afterimage.http.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.http.FakeCore;
import dev.afterimage.http.WithFakeCore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page of another site can do nothing to a service on the same machine that needs no key. */
@QuarkusTest
@TestProfile(FakeCore.class)
class BrowserGuardTest extends WithFakeCore {

    private static String purge(String headers) throws Exception {
        return send("POST /v1/templates/t/purge", headers);
    }

    private static String send(String request, String headers) throws Exception {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.getOutputStream()
                    .write((request + " HTTP/1.1\r\nConnection: close\r\n" + headers.replace("\n", "\r\n") + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: localhost",
                "Host: localhost\nContent-Length: 0",
                "Host: localhost\nContent-Type: application/json\nContent-Length: 0",
                "Host: localhost\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 0",
                "Host: localhost:8080\nOrigin: http://localhost:8080\nSec-Fetch-Site: same-origin",
                // The browser has asked first, and CORS has allowed it: else it would not have been sent.
                "Host: localhost\nOrigin: https://evil.example\nContent-Type: application/json"
            })
    void programsAndOurOwnPagesMayPurge(String headers) throws Exception {
        assertThat(purge(headers)).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: localhost\nOrigin: https://evil.example",
                "Host: localhost\nOrigin: null",
                "Host: localhost\nOrigin: http://localhost:3000",
                "Host: localhost\nOrigin: %",
                "Host: localhost\nSec-Fetch-Site: cross-site",
                "Host: localhost\nSec-Fetch-Site: same-site",
                "Host: localhost\nOrigin: https://evil.example\nContent-Type: text/plain\nContent-Length: 0"
            })
    void pagesOfOtherSitesMayNotPurge(String headers) throws Exception {
        assertThat(purge(headers)).startsWith("HTTP/1.1 403 ").contains("origin-refused");
        core.assertUntouched();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "text/plain;charset=utf-8",
                "TEXT/PLAIN"
            })
    void formPostsMayNotPurgeWhateverTheirOrigin(String type) throws Exception {
        assertThat(send(
                        "POST /v1/templates/t/purge",
                        "Host: localhost\nContent-Length: 1\nContent-Type: " + type + "\n\nx"))
                .startsWith("HTTP/1.1 415 ")
                .contains("unsupported-media-type");
        core.assertUntouched();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:8080",
                "localhost.",
                "images.localhost",
                "127.0.0.1:1",
                "192.0.2.1",
                "[::1]:8080",
                "x"
            })
    void loopbackAndIpHostsAreServed(String host) throws Exception {
        assertThat(send("GET /v1/stats", "Host: " + host)).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "1.2.3.x",
                "y"
            })
    void requestForAForeignHostNameIsRefused(String host) throws Exception {
        assertThat(send("GET /v1/stats", "Host: " + host))
                .startsWith("HTTP/1.1 421 ")
                .contains("host-refused");
    }

    @Test
    void http10RequestWithoutAHostIsServed() throws Exception {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.getOutputStream().write("GET /v1/stats HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains(" 200 ");
        }
    }
}
