package dev.afterimage.redis;

import dev.afterimage.generation.Callables;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.redis.SharedConnection.CountedConnection;
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
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends all commands of this process to Redis, over one connection. Each command has a time-out. A connection is
 * replaced when a command on it was overdue or the server is no longer the primary, and a server that keeps failing
 * gets no commands for a while. After a failure, until a command succeeds or the server gets no commands, the time-out
 * is a fifth of the configured one, because a request sends several commands one after the other, and would otherwise
 * wait several full time-outs for a silent server. The command that tries the server after that pause has the full
 * time-out.
 *
 * <p>Every failure is a {@link RedisUnavailableException}, except {@link RedisScript.NoScriptException}.
 */
public final class RedisLink {

    /**
     * An answer, and when its command was sent.
     *
     * @param sent when the command was handed to the connection, in this link's nanoseconds
     * @param received when the answer came from it
     */
    record Reply(@Nullable Response response, long sent, long received) {}

    /**
     * The most connections on which a command is tried; it is tried on another one only when it was certainly not sent
     * on the one before.
     */
    private static final int MOST_CONNECTIONS = 3;

    /** After a failure the time-out is divided by this. */
    private static final int DIVISOR_AFTER_FAILURE = 5;

    /** The errors of a server that cannot be used any more (it is no longer the primary, say), or of a lost connection. */
    private static final Set<String> UNUSABLE =
            Set.of("READONLY", "MASTERDOWN", "LOADING", "CLUSTERDOWN", "NOAUTH", "NOPERM", "CONNECTION_CLOSED");

    /**
     * One command, or several that are sent together.
     *
     * @param due when it is overdue, in this link's nanoseconds
     */
    private record Command(CompletableFuture<List<Reply>> replies, long due) {}

    private final SharedConnection shared;
    private final Duration timeout;
    private final Breaker breaker;
    private final LongSupplier nanoTime;
    private final Pause pause;
    /** Commands that are not answered yet, in the order in which they are due, because all have the same time-out. */
    private final Queue<Command> unanswered = new ConcurrentLinkedQueue<>();
    /** Whether a timer is set for one of these commands. */
    private final AtomicBoolean watched = new AtomicBoolean();

    /**
     * A link to a server or a cluster.
     *
     * @param nanoTime a monotonic clock, such as {@link System#nanoTime}
     */
    public RedisLink(Redis redis, RedisConfig config, LongSupplier nanoTime, Pause pause) {
        this.shared = new SharedConnection(redis);
        this.timeout = config.timeout();
        this.nanoTime = nanoTime;
        this.pause = pause;
        this.breaker = new Breaker(config.restAfter(), config.rest(), nanoTime);
    }

    /** The present time of this link, in nanoseconds since an origin of its own. */
    long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** Sends one command. Does not block. */
    CompletableFuture<@Nullable Response> send(Request request) {
        return exchange(request).thenApply(Reply::response);
    }

    /** Sends one command and waits for its answer; for virtual threads. */
    @Nullable Response call(Request request) {
        return Callables.await(send(request));
    }

    /** The same for a command about jobs; throws {@link QueueUnavailableException} when Redis cannot be used. */
    @Nullable Response callForQueue(Request request) {
        return RedisUnavailableException.forQueue(() -> call(request));
    }

    /** Sends one command, and notes when it was sent and answered. Does not block. */
    CompletableFuture<Reply> exchange(Request request) {
        return exchangeAll(List.of(request)).thenApply(List::getFirst);
    }

    /**
     * Sends commands together, whatever cluster nodes have their keys, without waiting for answers in between. Does not
     * block.
     */
    CompletableFuture<List<Reply>> exchangeAll(List<Request> requests) {
        CompletableFuture<List<Reply>> replies = new CompletableFuture<>();
        if (!breaker.allows()) {
            replies.completeExceptionally(
                    new RedisUnavailableException("Redis keeps failing and gets no commands", null));
            return replies;
        }
        Duration patience = breaker.isInDoubt() ? timeout.dividedBy(DIVISOR_AFTER_FAILURE) : timeout;
        exchange(requests, replies, MOST_CONNECTIONS);
        CompletableFuture<List<Reply>> inTime =
                patience.equals(timeout) ? watched(replies) : pause.orTimeout(replies, patience);
        return inTime.handle((answers, failure) -> judge(answers, failure, patience));
    }

    private CompletableFuture<List<Reply>> watched(CompletableFuture<List<Reply>> replies) {
        unanswered.add(new Command(replies, nanoTime.getAsLong() + timeout.toNanos()));
        watchOldest();
        return replies;
    }

    /**
     * Sets a timer for the oldest command that is not answered. One timer serves all commands with the usual time-out,
     * because a timer for each would wake another thread at every lookup.
     */
    private void watchOldest() {
        Command oldest = unanswered.peek();
        while (oldest != null && oldest.replies().isDone()) {
            unanswered.remove(oldest);
            oldest = unanswered.peek();
        }
        if (oldest != null && watched.compareAndSet(false, true)) {
            Duration left = Duration.ofNanos(Math.max(0, oldest.due() - nanoTime.getAsLong()));
            var unused = pause.orTimeout(new CompletableFuture<>(), left).exceptionally(passed -> {
                watched.set(false);
                endOverdue();
                watchOldest();
                return null;
            });
        }
    }

    private void endOverdue() {
        long now = nanoTime.getAsLong();
        for (Command command = unanswered.peek();
                command != null && command.due() - now <= 0;
                command = unanswered.peek()) {
            unanswered.remove(command);
            command.replies().completeExceptionally(new TimeoutException());
        }
    }

    private void exchange(List<Request> requests, CompletableFuture<List<Reply>> replies, int connections) {
        shared.current()
                .onSuccess(connection -> exchange(connection, requests, replies, connections))
                .onFailure(replies::completeExceptionally);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // every end of a command completes its replies
    private void exchange(
            CountedConnection connection,
            List<Request> requests,
            CompletableFuture<List<Reply>> replies,
            int connections) {
        if (replies.isDone()) {
            return; // overdue before it went out
        }
        if (!connection.enter()) {
            exchange(requests, replies, connections);
            return;
        }
        long commands = connection.commandsIfAlone();
        CompletableFuture<List<Reply>> answers = sendAll(connection.redis(), requests);
        answers.whenComplete((done, thrown) -> {
            Throwable failure = thrown == null ? null : Callables.cause(thrown);
            if (failure == null) {
                replies.complete(done);
                return;
            }
            // While the count stays the same no other command has used the connection, so the write that failed was
            // this command's.
            boolean alone = commands >= 0 && commands == connection.commandsIfAlone();
            if (connections > 1 && wasNotSent(failure, alone)) {
                connection.retire();
                exchange(requests, replies, connections - 1);
            } else {
                replies.completeExceptionally(failure);
            }
        });
        CompletableFuture.anyOf(answers, replies).whenComplete((done, failure) -> {
            if (failure != null && isUnusableAfter(Callables.cause(failure))) {
                connection.retire();
            }
            connection.leave();
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
     * Whether the command was certainly not sent: the client refused to use a closed connection; or a write failed, and
     * it was this command's own, because no other has used the connection since this one came. (When a write fails, the
     * client also fails the commands that wait for an answer, and those were sent.)
     */
    private static boolean wasNotSent(Throwable failure, boolean alone) {
        return "Connection is closed".equals(failure.getMessage())
                || (alone && failure instanceof ClosedChannelException);
    }

    /**
     * Whether the connection must be replaced after this failure. A server that refuses one command may answer the
     * next, but not with one of the {@link #UNUSABLE} errors.
     */
    private static boolean isUnusableAfter(Throwable failure) {
        return !(failure instanceof ErrorType refusal) || UNUSABLE.stream().anyMatch(refusal::is);
    }

    private List<Reply> judge(@Nullable List<Reply> replies, @Nullable Throwable thrown, Duration patience) {
        if (thrown == null && replies != null) {
            breaker.succeeded();
            return replies;
        }
        Throwable failure = thrown == null ? new IllegalStateException("no answer") : Callables.cause(thrown);
        if (isNoScript(failure)) {
            breaker.succeeded();
            throw new RedisScript.NoScriptException();
        }
        breaker.failed();
        throw new RedisUnavailableException(
                failure instanceof TimeoutException ? "Redis did not answer within " + patience : "Redis failed",
                failure);
    }

    private static boolean isNoScript(Throwable failure) {
        return failure instanceof ErrorType refusal && refusal.is("NOSCRIPT");
    }

    /**
     * A circuit breaker: after a number of failures in a row it rests, and lets no command pass; after each rest it
     * lets one pass, until one succeeds.
     */
    static final class Breaker {

        /**
         * The breaker's state.
         *
         * @param failures failures in a row
         * @param restsUntil when the rest is over, in nanoseconds; meaningless below the threshold
         */
        private record State(int failures, long restsUntil) {}

        private static final State NO_FAILURES = new State(0, 0);

        private final int threshold;
        private final long rest;
        private final LongSupplier nanoTime;
        private final AtomicReference<State> state = new AtomicReference<>(NO_FAILURES);

        Breaker(int threshold, Duration rest, LongSupplier nanoTime) {
            this.threshold = threshold;
            this.rest = rest.toNanos();
            this.nanoTime = nanoTime;
        }

        /** Whether a command may be sent now. After a rest one command is let through as a probe, and a new rest begins. */
        boolean allows() {
            State seen = state.get();
            if (seen.failures() < threshold) {
                return true;
            }
            long now = nanoTime.getAsLong();
            return now - seen.restsUntil() >= 0 && state.compareAndSet(seen, new State(seen.failures(), now + rest));
        }

        /** Whether the last command failed, and the failures in a row are still fewer than the threshold. */
        boolean isInDoubt() {
            int failures = state.get().failures();
            return failures > 0 && failures < threshold;
        }

        void succeeded() {
            if (state.get().failures() > 0) {
                state.set(NO_FAILURES);
            }
        }

        void failed() {
            state.updateAndGet(seen ->
                    seen.failures() < threshold ? new State(seen.failures() + 1, nanoTime.getAsLong() + rest) : seen);
        }
    }

    /** Redis cannot be used now: it is out of reach, too slow, or refuses. Adapters translate it into their port's exception. */
    static final class RedisUnavailableException extends RuntimeException {

        RedisUnavailableException(String message, @Nullable Throwable cause) {
            super(message, cause, false, false);
        }

        /** Runs a command about jobs. Throws {@link QueueUnavailableException} when Redis cannot be used. */
        static <T extends @Nullable Object> T forQueue(Supplier<T> command) {
            try {
                return command.get();
            } catch (RedisUnavailableException gone) {
                throw new QueueUnavailableException("The queue cannot be reached: Redis is out of reach.", gone);
            }
        }

        /** Runs a command about what the fleet shares. Throws {@link FleetUnavailableException} when Redis cannot be used. */
        static <T extends @Nullable Object> T forFleet(String message, Supplier<T> command) {
            try {
                return command.get();
            } catch (RedisUnavailableException gone) {
                throw new FleetUnavailableException(message, gone);
            }
        }
    }
}
