package dev.afterimage.provider.zoo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A double behind a real socket. The host that a URL would have is the first segment of its path; the URLs in answers are
 * written so, too. Answers come at once, whatever time they would take.
 */
public final class ZooServer implements AutoCloseable {

    private static final Pattern TARGET = Pattern.compile("/([a-z0-9-]+(?:\\.[a-z0-9-]+)+)(/.*)");
    private static final Pattern URL = Pattern.compile("https://([a-z0-9.-]+)/");

    private final ApiDouble api;
    private final String apiHost;
    private final HttpServer server;

    /**
     * Starts it.
     *
     * @param described the URL of the description
     */
    public ZooServer(ApiDouble api, String described) {
        this.api = api;
        this.apiHost = described.replaceFirst("https://([^/]*)/.*", "$1");
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    /** Where this server answers for that URL. */
    public String local(String url) {
        return URL.matcher(url)
                .replaceAll("http://127.0.0.1:" + server.getAddress().getPort() + "/$1/");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            ZooAnswer answer = api.arrive(call(exchange));
            api.left();
            byte[] body = answer.headers().get("Content-Type").equals("application/json")
                    ? local(new String(answer.body(), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8)
                    : answer.body();
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private ZooCall call(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String target = exchange.getRequestURI().toString();
        Matcher named = TARGET.matcher(target);
        return named.matches()
                ? new ZooCall(exchange.getRequestMethod(), named.group(1), named.group(2), headers, body)
                : new ZooCall(exchange.getRequestMethod(), apiHost, target, headers, body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
