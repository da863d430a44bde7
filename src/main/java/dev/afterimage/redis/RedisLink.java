package dev.afterimage.redis;

import dev.afterimage.redis.SharedConnection.Line;
import dev.afterimage.time.Pause;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one way to Redis. All commands share one connection. Each has a time-out; a connection on which one was overdue is given
 * up, and so is a server that lost its place to another; and a server that keeps failing is left alone for a while. After a
 * failure the next commands are waited for a fifth as long: a request asks several times in a row, and would else wait
 * several time-outs for a server that is silent.
 *
 * <p>Whatever goes wrong is a {@link RedisUnavailableException}, but for a {@link NoScriptException}.
 */
public final class RedisLink {

    /**
     * An answer and its way.
     *
     * @param sent when the command was handed to the connection, in this link's nanoseconds
     * @param received when the answer came from it
     */
    record Reply(@Nullable Response response, long sent, long received) {}

    /** A command is tried on so many, when the former were closed before it went out. */
    private static final int MOST_CONNECTIONS = 3;

    private static final int IN_DOUBT = 5;

    /** What a server says that is not, or no longer, the one to ask; and what a command ends with whose connection is lost. */
    private static final Set<String> DEPOSED =
            Set.of("READONLY", "MASTERDOWN", "LOADING", "CLUSTERDOWN", "NOAUTH", "NOPERM", "CONNECTION_CLOSED");

    private final SharedConnection shared;
    private final Duration timeout;
    private final Breaker breaker;
    private final LongSupplier nanoTime;
    private final Pause pause;

    /**
     * A link to a server or a cluster.
     *
     * @param nanoTime a time that never goes back, such as {@link System#nanoTime}
     */
    public RedisLink(Redis redis, RedisConfig config, LongSupplier nanoTime, Pause pause) {
        this.shared = new SharedConnection(redis);
        this.timeout = config.timeout();
        this.nanoTime = nanoTime;
        this.pause = pause;
        this.breaker = new Breaker(config.restAfter(), config.rest(), nanoTime);
    }

    /** The time that this link measures with, in nanoseconds. */
    long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** Sends one command. Does not block. */
    CompletableFuture<@Nullable Response> send(Request request) {
        return exchange(request).thenApply(Reply::response);
    }

    /** Sends one command and waits for its answer; for virtual threads. */
    @Nullable Response call(Request request) {
        return await(send(request));
    }

    /** Sends one command, and measures how long it was on its way. Does not block. */
    CompletableFuture<Reply> exchange(Request request) {
        return exchangeAll(List.of(request)).thenApply(List::getFirst);
    }

    /** Sends commands one behind the other on one connection, whatever nodes their keys live on. Does not block. */
    CompletableFuture<List<Reply>> exchangeAll(List<Request> requests) {
        CompletableFuture<List<Reply>> replies = new CompletableFuture<>();
        if (!breaker.lets()) {
            replies.completeExceptionally(new RedisUnavailableException("Redis failed and is given a rest", null));
            return replies;
        }
        Duration patience = breaker.isInDoubt() ? timeout.dividedBy(IN_DOUBT) : timeout;
        exchange(requests, replies, MOST_CONNECTIONS);
        return pause.orTimeout(replies, patience).handle((answers, failure) -> judge(answers, failure, patience));
    }

    /** Waits for an answer and throws what it failed with. */
    static <T extends @Nullable Object> T await(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failure;
        }
    }

    private void exchange(List<Request> requests, CompletableFuture<List<Reply>> replies, int connections) {
        shared.line()
                .onSuccess(line -> exchange(line, requests, replies, connections))
                .onFailure(replies::completeExceptionally);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // every end of a command completes its replies
    private void exchange(Line line, List<Request> requests, CompletableFuture<List<Reply>> replies, int connections) {
        if (replies.isDone()) {
            return; // overdue before it went out
        }
        if (!line.enter()) {
            exchange(requests, replies, connections);
            return;
        }
        boolean alone = line.isUsedByOne();
        CompletableFuture<List<Reply>> answers = sendAll(line.connection(), requests);
        answers.whenComplete((done, thrown) -> {
            Throwable failure = thrown == null ? null : unwrap(thrown);
            if (failure == null) {
                replies.complete(done);
            } else if (wasNotSent(failure, alone) && connections > 1) {
                line.retire();
                exchange(requests, replies, connections - 1);
            } else {
                replies.completeExceptionally(failure);
            }
        });
        CompletableFuture.anyOf(answers, replies).whenComplete((done, failure) -> {
            if (failure != null && spoils(unwrap(failure))) {
                line.retire();
            }
            line.leave();
        });
    }

    private CompletableFuture<List<Reply>> sendAll(RedisConnection connection, List<Request> requests) {
        long sent = nanoTime.getAsLong();
        List<CompletableFuture<Reply>> pending = new ArrayList<>(requests.size());
        for (Request request : requests) {
            pending.add(connection
                    .send(request)
                    .map(response -> new Reply(response, sent, nanoTime.getAsLong()))
                    .toCompletionStage()
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new))
                .thenApply(all -> pending.stream().map(CompletableFuture::join).toList());
    }

    /**
     * Whether the connection was closed before, so that nothing went out on it: the client refused to use it, or a write
     * failed, which must have been this one's when there was no other.
     */
    private static boolean wasNotSent(Throwable failure, boolean alone) {
        return "Connection is closed".equals(failure.getMessage())
                || (alone && failure instanceof ClosedChannelException);
    }

    /** A server that refuses one command may answer the next; one that lost its place to another refuses everything. */
    private static boolean spoils(Throwable failure) {
        return !(failure instanceof ErrorType refusal) || DEPOSED.stream().anyMatch(refusal::is);
    }

    private List<Reply> judge(@Nullable List<Reply> replies, @Nullable Throwable thrown, Duration patience) {
        if (thrown == null && replies != null) {
            breaker.succeeded();
            return replies;
        }
        Throwable failure = thrown == null ? new IllegalStateException("no answer") : unwrap(thrown);
        if (isNoScript(failure)) {
            breaker.succeeded();
            throw new NoScriptException();
        }
        breaker.failed();
        throw new RedisUnavailableException(
                failure instanceof TimeoutException ? "Redis did not answer within " + patience : "Redis failed",
                failure);
    }

    private static boolean isNoScript(Throwable failure) {
        return failure instanceof ErrorType refusal && refusal.is("NOSCRIPT");
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
