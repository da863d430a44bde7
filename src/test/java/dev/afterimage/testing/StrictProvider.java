package dev.afterimage.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * An image API over real HTTP, as strict as one can be: any window of its length that holds one call too many is answered
 * 429, by its own clock, at the moment of arrival. Counts what it bills.
 *
 * <p>It shares the machine with what it tests. Where that machine may be busy, give it a window a tenth shorter than the one
 * that the service is told: a call is then noticed up to that much late without a false alarm, and a limiter that lets one
 * call too many through is still found out.
 */
public final class StrictProvider implements AutoCloseable {

    /** The smallest PNG there is: one transparent pixel. */
    private static final byte[] PNG = Base64.getDecoder()
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Long> arrivals = new ArrayList<>();
    private volatile int rate;
    private volatile Duration window;
    private volatile Duration latency = Duration.ZERO;
    private volatile int status = 200;
    private int billed;
    private int throttled;

    public StrictProvider(int rate, Duration window) {
        this.rate = rate;
        this.window = window;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/render");
    }

    /** Forgets what was, and allows so much from now on. */
    public synchronized StrictProvider allows(int newRate, Duration newWindow) {
        rate = newRate;
        window = newWindow;
        latency = Duration.ZERO;
        status = 200;
        arrivals.clear();
        billed = 0;
        throttled = 0;
        return this;
    }

    /** Each image takes so long. */
    public StrictProvider takes(Duration newLatency) {
        latency = newLatency;
        return this;
    }

    /** Answers every call with this status, unbilled unless 200. */
    public StrictProvider answers(int newStatus) {
        status = newStatus;
        return this;
    }

    public synchronized int billed() {
        return billed;
    }

    public synchronized int throttled() {
        return throttled;
    }

    /** The most calls that any window held, those answered 429 included. */
    public synchronized int mostInAWindow() {
        int most = 0;
        int first = 0;
        for (int last = 0; last < arrivals.size(); last++) {
            while (arrivals.get(last) - arrivals.get(first) >= window.toNanos()) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        return most;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean admitted = arrive();
            exchange.getRequestBody().readAllBytes();
            if (!admitted) {
                exchange.getResponseHeaders().set("Retry-After", Long.toString(Math.max(1, window.toSeconds())));
                send(exchange, 429, "application/json", "{}".getBytes(StandardCharsets.UTF_8));
                return;
            }
            LockSupport.parkNanos(latency.toNanos());
            if (status == 200) {
                send(exchange, 200, "image/png", PNG);
            } else {
                send(exchange, status, "text/plain", "no".getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private synchronized boolean arrive() {
        long now = System.nanoTime();
        long since = now - window.toNanos();
        long inWindow = arrivals.reversed().stream().takeWhile(at -> at > since).count();
        arrivals.add(now);
        if (inWindow >= rate) {
            throttled++;
            return false;
        }
        billed += status == 200 ? 1 : 0;
        return true;
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        try {
            threads.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
