package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.afterimage.lambda.InvocationEnd.BeforeFreeze;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The extension against an Extensions API that fails now and then. */
@Timeout(60)
class InvocationExtensionTest {

    private static final String LOST = "lost";

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();
    private HttpServer api;

    @BeforeEach
    void serve() throws IOException {
        api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.createContext("/2020-01-01/extension/register", exchange -> {
            exchange.getResponseHeaders().set("Lambda-Extension-Identifier", "the-one");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        api.createContext("/2020-01-01/extension/event/next", exchange -> {
            try (exchange) {
                String event = events.take();
                byte[] body = event.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(event.equals(LOST) ? 500 : 200, body.length);
                exchange.getResponseBody().write(body);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        api.setExecutor(Thread::startVirtualThread);
        api.start();
    }

    @AfterEach
    void stop() {
        api.stop(0);
    }

    private InvocationExtension extension(BeforeFreeze hook) {
        return InvocationExtension.start(
                "127.0.0.1:" + api.getAddress().getPort(), new InvocationEnd(() -> List.of(hook)), Clock.systemUTC());
    }

    private void invoke(String requestId) {
        long deadline = Clock.systemUTC().millis() + 60_000;
        events.add("{\"eventType\":\"INVOKE\",\"deadlineMs\":" + deadline + ",\"requestId\":\"" + requestId + "\"}");
    }

    private String end() throws InterruptedException {
        return String.valueOf(ended.poll(30, TimeUnit.SECONDS));
    }

    @Test
    void invocationEndsWithItsOwnResponse() throws Exception {
        InvocationExtension extension = extension(deadline -> ended.add("ended"));
        extension.answered("one");
        invoke("one");
        assertThat(end()).isEqualTo("ended");

        invoke("two");
        assertThat(ended.poll(200, TimeUnit.MILLISECONDS)).isNull();
        extension.answered("two");
        assertThat(end()).isEqualTo("ended");
    }

    /** A bug: the work at the end of a retried invocation was done at its beginning, so its metrics were not written. */
    @Test
    void retryUnderTheSameIdIsAwaited() throws Exception {
        InvocationExtension extension = extension(deadline -> ended.add("ended"));
        invoke("one");
        extension.answered("one");
        assertThat(end()).isEqualTo("ended");

        invoke("one");
        assertThat(ended.poll(200, TimeUnit.MILLISECONDS)).isNull();
        extension.answered("one");
        assertThat(end()).isEqualTo("ended");
    }

    @Test
    void failureAtTheEndOfAnInvocationDoesNotAffectTheNext() throws Exception {
        InvocationExtension extension = extension(deadline -> {
            ended.add("ended");
            throw new StackOverflowError("of a test");
        });
        for (String id : List.of("one", "two")) {
            invoke(id);
            extension.answered(id);
            assertThat(end()).isEqualTo("ended");
        }
        assertThat(extension.isActive()).isTrue();
    }

    @Test
    void extensionRecoversWhenLambdaIsReachableAgain() throws Exception {
        InvocationExtension extension = extension(deadline -> ended.add("ended"));
        events.add(LOST);
        while (extension.isActive()) {
            Thread.onSpinWait();
        }
        invoke("one");
        extension.answered("one");

        assertThat(end()).isEqualTo("ended");
        assertThat(extension.isActive()).isTrue();
    }
}
