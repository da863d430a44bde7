package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.afterimage.image.InvalidRequestException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CallbackTransportTest {

    private final List<String> received = Collections.synchronizedList(new ArrayList<>());
    private final Vertx vertx = Vertx.vertx();
    private final ProviderHttp http =
            new ProviderHttp(vertx, Duration.ofSeconds(5), AnswerRoom.ofHeap(), Clock.systemUTC());
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            received.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Afterimage-Signature") + " " + body);
            boolean moved = exchange.getRequestURI().getPath().equals("/moved");
            if (moved) {
                exchange.getResponseHeaders().add("Location", "/elsewhere");
            }
            boolean talkative = exchange.getRequestURI().getPath().equals("/talkative");
            exchange.sendResponseHeaders(moved ? 302 : 202, talkative ? 0 : -1);
            if (talkative) {
                exchange.getResponseBody().write(new byte[200_000]);
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        http.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void configuredHostIsCalledEvenAtAPrivateAddress() throws Exception {
        CallbackTransport transport = transport("127.0.0.1");
        URI url = url("/told?a=b");
        transport.check(url);

        assertThat(transport.post(url, Map.of("Afterimage-Signature", "v1=0a"), "{\"a\":\"ü\"}"))
                .isEqualTo(202);

        assertThat(received).containsExactly("POST /told?a=b v1=0a {\"a\":\"ü\"}");
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        assertThat(transport("127.0.0.1").post(url("/moved"), Map.of(), "{}")).isEqualTo(302);

        assertThat(received).hasSize(1);
    }

    @Test
    void ofAnAnswerWithALargeBodyTheStatusCounts() throws Exception {
        assertThat(transport("127.0.0.1").post(url("/talkative"), Map.of(), "{}"))
                .isEqualTo(202);

        assertThat(received).hasSize(1);
    }

    @Test
    void otherHostsMustBePublicHttpsOnPort443() {
        CallbackTransport transport = transport();
        for (String url : List.of(
                "http://93.184.215.14/",
                "https://127.0.0.1/",
                "https://10.0.0.7/",
                "https://169.254.169.254/latest/meta-data",
                "https://[::1]/",
                "https://localhost/",
                "https://2130706433/",
                "https://ada@93.184.215.14/",
                "https://93.184.215.14:8443/",
                "ftp://93.184.215.14/")) {
            assertThatThrownBy(() -> transport.check(URI.create(url)))
                    .as(url)
                    .isInstanceOf(InvalidRequestException.class);
            assertThatThrownBy(() -> transport.post(URI.create(url), Map.of(), "{}"))
                    .as(url)
                    .isInstanceOf(InvalidRequestException.class);
        }
        transport.check(URI.create("https://93.184.215.14/told"));
        assertThat(received).isEmpty();
    }

    @Test
    void unreachableReceiverIsAnIoException() {
        URI url = url("/told");
        server.stop(0);

        assertThatThrownBy(() -> transport("127.0.0.1").post(url, Map.of(), "{}"))
                .isInstanceOf(IOException.class);
    }

    private CallbackTransport transport(String... allowedHosts) {
        return CallbackTransport.of(() -> http, List.of(allowedHosts), Duration.ofSeconds(5));
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }
}
