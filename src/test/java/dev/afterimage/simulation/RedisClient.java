package dev.afterimage.simulation;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.RequestImpl;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.ErrorType;
import io.vertx.redis.client.impl.types.MultiType;
import io.vertx.redis.client.impl.types.NumberType;
import io.vertx.redis.client.impl.types.SimpleStringType;
import java.lang.reflect.Method;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/** One machine's client of the simulated Redis: commands of a connection arrive in order, and so do their answers. */
final class RedisClient implements Redis {

    private static final Method ARGUMENTS = find();

    private final RedisNetwork network;
    private final SimulatedMachine machine;
    private final boolean upgraded;
    private final Map<String, String> upgradedScripts = new HashMap<>();

    /**
     * A client of a process.
     *
     * @param upgraded whether the process is of a later version, whose scripts write a format that the present one cannot read
     */
    RedisClient(RedisNetwork network, SimulatedMachine machine, boolean upgraded) {
        this.network = network;
        this.machine = machine;
        this.upgraded = upgraded;
    }

    private List<String> ofThisVersion(List<String> words) {
        if (upgraded && words.getFirst().equals("EVAL")) {
            String source = words.get(1)
                    .replace("local FORMAT = 1\n", "local FORMAT = 2\n")
                    .replace("local newerFormat =", "redis.call('HSET', state, 'format', FORMAT)\nlocal newerFormat =");
            upgradedScripts.put(LuaScripts.sha1(words.get(1)), LuaScripts.sha1(source));
            words.set(1, source);
        } else if (upgraded && words.getFirst().equals("EVALSHA")) {
            words.set(1, upgradedScripts.getOrDefault(words.get(1), "not sent yet"));
        }
        return words;
    }

    private static Method find() {
        try {
            Method method = RequestImpl.class.getDeclaredMethod("getArgs");
            method.setAccessible(true);
            return method;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("this client keeps its arguments elsewhere", e);
        }
    }

    @Override
    public Future<RedisConnection> connect() {
        Promise<RedisConnection> promise = Promise.promise();
        network.world()
                .after(
                        network.latency(),
                        () -> network.reach(() -> {
                            if (network.isGone()) {
                                machine.after(
                                        network.latency(), () -> promise.tryFail(new ConnectException("refused")));
                                return;
                            }
                            Connection connection = new Connection();
                            network.opened(connection);
                            machine.after(network.latency(), () -> promise.tryComplete(connection));
                        }));
        return promise.future();
    }

    @Override
    public void close() {}

    @Override
    public Future<Response> send(Request command) {
        return connect().compose(connection -> connection.send(command));
    }

    @Override
    public Future<List<Response>> batch(List<Request> commands) {
        throw new UnsupportedOperationException("the adapters send one by one");
    }

    @SuppressWarnings("unchecked")
    private static List<String> words(Request request) {
        try {
            List<String> words = new ArrayList<>();
            words.add(request.command().toString());
            for (byte[] argument : (List<byte[]>) ARGUMENTS.invoke(request)) {
                words.add(new String(argument, StandardCharsets.UTF_8));
            }
            return words;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    static Response response(Object answer) {
        return switch (answer) {
            case null -> null;
            case Long number -> NumberType.create(number);
            case String text -> BulkType.create(Buffer.buffer(text), false);
            case RedisModel.Status status -> SimpleStringType.create(status.text());
            case RedisModel.Refusal refusal -> ErrorType.create(refusal.getMessage());
            case List<?> list -> {
                MultiType multi = MultiType.create(list.size(), false);
                list.forEach(element -> multi.add(response(element)));
                yield multi;
            }
            default -> throw new IllegalStateException("Redis answers no " + answer.getClass());
        };
    }

    /** A connection of this machine. */
    final class Connection implements RedisConnection {

        private final Queue<Promise<Response>> pending = new ArrayDeque<>();
        private boolean closed;
        private boolean brokenThere;
        private long lastArrival;
        private long lastAnswer;

        @Override
        public Future<Response> send(Request request) {
            Promise<Response> promise = Promise.promise();
            if (closed) {
                promise.fail("Connection is closed");
                return promise.future();
            }
            pending.add(promise);
            if (brokenThere && network.world().chance().nextBoolean()) {
                // As the client does: a write that fails ends all that wait for an answer.
                machine.execute(() -> fail(new ClosedChannelException()));
                return promise.future();
            }
            List<String> words = ofThisVersion(words(request));
            long now = network.world().now();
            lastArrival = Math.max(lastArrival, now + network.latency().toNanos());
            network.world()
                    .after(
                            java.time.Duration.ofNanos(lastArrival - now),
                            () -> network.reach(() -> {
                                network.crossing(machine, false);
                                if (brokenThere) {
                                    return;
                                }
                                if (network.breaksNow()) {
                                    boolean carriedOut =
                                            network.world().chance().nextBoolean();
                                    if (carriedOut) {
                                        network.carryOut(words);
                                    }
                                    network.world()
                                            .tell(
                                                    "a connection breaks over %s, carried out: %s",
                                                    words.getFirst(), carriedOut);
                                    broken();
                                    return;
                                }
                                Object answer = network.carryOut(words);
                                network.crossing(machine, true);
                                answer(promise, answer);
                            }));
            return promise.future();
        }

        private void answer(Promise<Response> promise, Object answer) {
            long now = network.world().now();
            lastAnswer = Math.max(lastAnswer, now + network.latency().toNanos());
            // Not a timer of the machine's: what arrives while it stands still arrives in order when it goes on.
            network.world()
                    .after(
                            java.time.Duration.ofNanos(lastAnswer - now),
                            () -> machine.execute(() -> {
                                pending.remove(promise);
                                if (answer instanceof RedisModel.Refusal refusal) {
                                    promise.tryFail(ErrorType.create(refusal.getMessage()));
                                } else {
                                    promise.tryComplete(response(answer));
                                }
                            }));
        }

        /** Breaks the connection at the server's end; this machine learns of it a little later. */
        void broken() {
            brokenThere = true;
            network.closed(this);
            machine.after(network.latency(), () -> fail(ErrorType.create("CONNECTION_CLOSED")));
        }

        private void fail(Throwable cause) {
            closed = true;
            List<Promise<Response>> lost = List.copyOf(pending);
            pending.clear();
            lost.forEach(promise -> promise.tryFail(cause));
        }

        @Override
        public Future<Void> close() {
            closed = true;
            network.closed(this);
            fail(ErrorType.create("CONNECTION_CLOSED"));
            return Future.succeededFuture();
        }

        @Override
        public Future<List<Response>> batch(List<Request> commands) {
            throw new UnsupportedOperationException("the adapters send one by one");
        }

        @Override
        public boolean pendingQueueFull() {
            return false;
        }

        @Override
        public RedisConnection exceptionHandler(Handler<Throwable> handler) {
            return this;
        }

        @Override
        public RedisConnection handler(Handler<Response> handler) {
            return this;
        }

        @Override
        public RedisConnection pause() {
            return this;
        }

        @Override
        public RedisConnection resume() {
            return this;
        }

        @Override
        public RedisConnection fetch(long amount) {
            return this;
        }

        @Override
        public RedisConnection endHandler(Handler<Void> handler) {
            return this;
        }
    }
}
