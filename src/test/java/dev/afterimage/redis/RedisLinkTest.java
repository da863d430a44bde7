package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A command that may have been carried out is not sent again. */
class RedisLinkTest {

    private static final Request COUNT = Request.cmd(Command.INCR).arg("credits");

    /** What became of each time that the command was sent, over all connections. */
    private final List<Promise<Response>> sent = new ArrayList<>();

    private final RedisLink link = new RedisLink(
            fake(
                    Redis.class,
                    "connect",
                    none -> Future.succeededFuture(fake(RedisConnection.class, "send", this::send))),
            new RedisClients.Settings("test", Duration.ofMinutes(1), 5, Duration.ofSeconds(1)),
            System::nanoTime,
            duration -> {});

    private interface Answer {
        Object to(Object[] arguments);
    }

    private static <T> T fake(Class<T> type, String method, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, called, arguments) -> called.getName().equals(method)
                        ? answer.to(arguments)
                        : called.getReturnType().isInstance(proxy) ? proxy : null));
    }

    private Future<Response> send(Object... request) {
        Promise<Response> promise = Promise.promise();
        if (request[0] == COUNT) { // and not the command that closes a connection
            sent.add(promise);
        }
        return promise.future();
    }

    private void failAll(Throwable cause) {
        List.copyOf(sent).forEach(promise -> promise.tryFail(cause));
    }

    @Test
    void aCommandWhoseWriteFailedIsSentOnANewConnection() {
        CompletableFuture<?> answer = link.exchange(COUNT);

        failAll(new ClosedChannelException());

        assertThat(sent).hasSize(2);
        sent.getLast().complete();
        assertThat(answer).isCompleted();
    }

    @Test
    void aCommandThatAnothersFailedWriteEndedIsNotSentAgain() {
        CompletableFuture<?> first = link.exchange(COUNT);
        CompletableFuture<?> second = link.exchange(COUNT);

        failAll(new ClosedChannelException());

        assertThat(first).isCompletedExceptionally();
        assertThat(second).isCompletedExceptionally();
        assertThat(sent).hasSize(2);
    }

    @Test
    void aCommandWhoseConnectionWasLostBeforeItsAnswerIsNotSentAgain() {
        CompletableFuture<?> answer = link.exchange(COUNT);

        failAll(new IOException("Connection reset by peer"));

        assertThat(answer).isCompletedExceptionally();
        assertThat(sent).hasSize(1);
    }
}
