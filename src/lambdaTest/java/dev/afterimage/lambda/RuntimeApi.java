package dev.afterimage.lambda;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The side of Lambda that a runtime talks to ("Using the Lambda runtime API"): hands out one event after the other, and
 * takes what comes back.
 */
final class RuntimeApi implements AutoCloseable {

    private static final String ROOT = "/2018-06-01/runtime/";
    private static final String EXTENSION = "/2020-01-01/extension/";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final BlockingQueue<Invocation> waiting = new LinkedBlockingQueue<>();
    private final Map<String, Invocation> running = new ConcurrentHashMap<>();
    private final CompletableFuture<String> stopped = new CompletableFuture<>();
    private final BlockingQueue<String> extensionEvents = new LinkedBlockingQueue<>();
    private final Semaphore extensionAsks = new Semaphore(0);
    private final Semaphore runtimeAsks = new Semaphore(0);

    RuntimeApi() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext(ROOT, this::serve);
        server.createContext(EXTENSION, this::serveExtension);
        server.start();
    }

    /** For the environment variable {@code AWS_LAMBDA_RUNTIME_API}. */
    String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /**
     * Has an event dealt with.
     *
     * @param timeLeft until the invocation's deadline
     */
    Result invoke(String event, Duration timeLeft) throws InterruptedException {
        Invocation invocation =
                new Invocation(UUID.randomUUID().toString(), event, timeLeft, new CompletableFuture<>());
        waiting.add(invocation);
        try {
            return invocation
                    .result()
                    .applyToEither(stopped.thenApply(error -> new Result(false, error)), result -> result)
                    .get(60, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("The function did not answer", e);
        }
    }

    /**
     * Waits until the extension has asked for so many events, the first of which it asks for at its start; only then would
     * Lambda freeze the process.
     */
    boolean awaitExtension(int asks, Duration atMost) throws InterruptedException {
        return extensionAsks.tryAcquire(asks, atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Waits until the runtime and the extension have each asked for another event than at the last call. From then on there is
     * nothing for them to do.
     */
    boolean awaitIdle(Duration atMost) throws InterruptedException {
        return runtimeAsks.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS) && awaitExtension(1, atMost);
    }

    private void serveExtension(HttpExchange exchange) throws IOException {
        byte[] unused = exchange.getRequestBody().readAllBytes();
        try (exchange) {
            if (exchange.getRequestURI().getPath().endsWith("register")) {
                exchange.getResponseHeaders().set("Lambda-Extension-Identifier", "the-one");
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            extensionAsks.release();
            byte[] event = extensionEvents.take().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, event.length);
            exchange.getResponseBody().write(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** No answer will come any more. */
    void stopped(String reason) {
        stopped.complete(reason);
    }

    private void serve(HttpExchange exchange) throws IOException {
        String[] path =
                exchange.getRequestURI().getPath().substring(ROOT.length()).split("/");
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        try (exchange) {
            if (path[0].equals("init")) {
                stopped.complete(body);
                accept(exchange);
            } else if (path[1].equals("next")) {
                next(exchange);
            } else {
                running.remove(path[1]).result().complete(new Result(path[2].equals("response"), body));
                accept(exchange);
            }
        }
    }

    private void next(HttpExchange exchange) throws IOException {
        runtimeAsks.release();
        Invocation invocation;
        try {
            invocation = waiting.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        running.put(invocation.id(), invocation);
        long deadline = System.currentTimeMillis() + invocation.timeLeft().toMillis();
        extensionEvents.add(
                "{\"eventType\":\"INVOKE\",\"deadlineMs\":" + deadline + ",\"requestId\":\"" + invocation.id() + "\"}");
        exchange.getResponseHeaders().set("Lambda-Runtime-Aws-Request-Id", invocation.id());
        exchange.getResponseHeaders().set("Lambda-Runtime-Deadline-Ms", Long.toString(deadline));
        exchange.getResponseHeaders()
                .set(
                        "Lambda-Runtime-Invoked-Function-Arn",
                        "arn:aws:lambda:us-east-1:123456789012:function:afterimage");
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        byte[] event = invocation.event().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, event.length);
        exchange.getResponseBody().write(event);
    }

    private static void accept(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(202, -1);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** How an invocation ended: with the function's answer, or with its error. */
    record Result(boolean succeeded, String body) {}

    private record Invocation(String id, String event, Duration timeLeft, CompletableFuture<Result> result) {}
}
