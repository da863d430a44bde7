package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.afterimage.http.auth.CallerKeys;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int newKey(String... arguments) {
        return Main.newKey(
                List.of(arguments),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void aNewKeyIsPrintedOnceAndItsHashForTheConfiguration() {
        assertThat(newKey("shop", "ask", "batch")).isZero();

        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        String key = lines.getFirst();
        assertThat(key).startsWith("afterimage_");
        assertThat(lines)
                .contains(
                        "afterimage.auth.keys.\"shop\".hash=" + CallerKeys.hash(key),
                        "afterimage.auth.keys.\"shop\".roles=ask,batch",
                        "shop ask,batch " + CallerKeys.hash(key));
        assertThat(lines.stream().filter(line -> line.contains(key))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "shop", "shop all", "shop ask all"})
    void newKeyNeedsANameAndRoles(String arguments) {
        assertThat(newKey(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
                .isEqualTo(2);
        assertThat(out.size()).isZero();
        assertThat(err.size()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"200, 0", "503, 1"})
    void aServiceIsHealthyWhenItSaysThatItIsReady(int status, int exit) throws Exception {
        HttpServer service = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        service.createContext("/q/health/ready", exchange -> {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        service.start();
        try {
            assertThat(Main.healthy(Integer.toString(service.getAddress().getPort())))
                    .isEqualTo(exit);
        } finally {
            service.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "x", "-1"})
    void aServiceThatIsNotThereIsNotHealthy(String port) {
        assertThat(Main.healthy(port)).isEqualTo(1);
    }
}
