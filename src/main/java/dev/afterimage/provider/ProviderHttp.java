package dev.afterimage.provider;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.limit.Permit.PermitLapsedException;
import dev.afterimage.provider.Exchange.Answer;
import dev.afterimage.provider.Exchange.HttpCall;
import dev.afterimage.provider.Exchange.Purpose;
import dev.afterimage.time.Deadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The one HTTP client for providers and the hosts of their images. It blocks: for virtual threads, never for an event
 * loop.
 *
 * <p>It follows no redirect, decompresses nothing, bounds every answer, and checks certificate and host name. The moment
 * of departure is exact: it connects first, then calls the caller's {@link Attempt.Departure}, then writes the first
 * byte. So a call that fails before cannot have been billed ({@link UnavailableException}), and one that fails after may
 * have been ({@link OutcomeUnknownException}).
 */
public final class ProviderHttp implements Exchange, AutoCloseable {

    /**
     * The most connections to one address: more than Linux has ports for. The limiter and the bulkhead of
     * {@link dev.afterimage.generation.guard.CallGuard} bound the number of calls. A lower bound here would make calls
     * queue for a connection, which would look like a provider that cannot be reached.
     */
    private static final int MAX_CONNECTIONS = 32_768;

    /** The wait when there is no room for one more answer: about as long as it takes to store an image. */
    private static final Duration WHEN_FULL = Duration.ofMillis(500);

    /**
     * How long an idle connection is kept: shorter than the idle time-out of usual servers and load balancers, which
     * close connections without notice.
     */
    private static final int KEEP_ALIVE_SECONDS = 10;

    private final HttpClient client;
    private final Duration connectTimeout;
    private final AnswerRoom room;
    private final Clock clock;

    /**
     * A client with its own pool of connections.
     *
     * @param connectTimeout for DNS, TCP and TLS together
     * @param room the memory for the answers of all calls together
     */
    public ProviderHttp(Vertx vertx, Duration connectTimeout, AnswerRoom room, Clock clock) {
        this(vertx, connectTimeout, room, clock, new HttpClientOptions());
    }

    /** The same, with options that say which certificates are trusted; for tests. */
    ProviderHttp(Vertx vertx, Duration connectTimeout, AnswerRoom room, Clock clock, HttpClientOptions options) {
        this.clock = clock;
        this.room = room;
        this.connectTimeout = connectTimeout;
        this.client = vertx.httpClientBuilder()
                .with(options.setProtocolVersion(HttpVersion.HTTP_1_1)
                        .setConnectTimeout(Math.toIntExact(connectTimeout.toMillis()))
                        .setSslHandshakeTimeout(connectTimeout.toMillis())
                        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                        .setDecompressionSupported(false)
                        .setVerifyHost(true)
                        .setTrustAll(false))
                .with(new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS))
                .withConnectHandler(connection -> connection.exceptionHandler(ProviderHttp::reportedByAnswer))
                .build();
    }

    /**
     * Sends the call and waits for the whole answer, whatever its status.
     *
     * @param departure called once when connected and before the first byte is written, and once after the last byte.
     *     An exception of the first call is passed on, and nothing is sent
     * @throws PermitLapsedException when there is no room for one more answer; the call did not leave
     * @throws UnavailableException when the call did not leave
     * @throws OutcomeUnknownException when it left and no whole answer came in time
     * @throws NotAnImageException when a successful answer is too large
     */
    @Override
    public Answer exchange(HttpCall call, Attempt.Departure departure) {
        AnswerRoom.Place place = enter(call);
        try {
            Answer answer = exchange(call, departure, place);
            place.leave(answer.body());
            return answer;
        } finally {
            place.leave();
        }
    }

    private AnswerRoom.Place enter(HttpCall call) {
        return call.purpose() == Purpose.PURCHASE
                ? room.enter(call.maxBytes()).orElseThrow(() -> new PermitLapsedException(WHEN_FULL))
                : room.enterPaid();
    }

    private Answer exchange(HttpCall call, Attempt.Departure departure, AnswerRoom.Place place) {
        HttpClientRequest request = open(call);
        try {
            departure.now();
        } catch (RuntimeException | Error notNow) {
            request.reset();
            throw notNow;
        }
        if (isLost(request)) {
            // A new connection would let the call arrive later than the departure said; a new attempt gets a new
            // permit.
            throw new UnavailableException("the connection was closed before the call left", null);
        }
        return answer(request, call, departure, place);
    }

    /** Takes a connection. A pooled one that turns out to be closed before anything was written is replaced once. */
    private HttpClientRequest open(HttpCall call) {
        HttpClientRequest request = connect(call);
        return isLost(request) ? connect(call) : request;
    }

    private static boolean isLost(HttpClientRequest request) {
        return request.response().failed();
    }

    private HttpClientRequest connect(HttpCall call) {
        Future<HttpClientRequest> opening = client.request(optionsOf(call));
        try {
            HttpClientRequest request = await(opening, connectTimeout);
            if (Thread.interrupted()) { // get() of a finished future does not throw it.
                throw new InterruptedException();
            }
            return request.exceptionHandler(ProviderHttp::reportedByAnswer);
        } catch (ExecutionException e) {
            throw new UnavailableException("no connection to " + call.to(), e.getCause());
        } catch (TimeoutException e) {
            discard(opening);
            throw new UnavailableException("no connection to " + call.to() + " within " + connectTimeout, e);
        } catch (InterruptedException e) {
            discard(opening);
            Thread.currentThread().interrupt();
            throw new UnavailableException("cancelled before the call left", e);
        }
    }

    private Answer answer(
            HttpClientRequest request, HttpCall call, Attempt.Departure departure, AnswerRoom.Place place) {
        // The reader must be set before the first byte leaves, because the answer comes in on the event loop.
        Future<Answer> answering = request.response().compose(response -> AnswerReader.read(response, call, place));
        Deadline deadline = Deadline.in(call.timeout(), clock);
        Future<Instant> written = write(request, call).map(done -> clock.instant());
        try {
            // Some servers answer before they have read the whole request, and close: their answer counts.
            await(Future.any(written, answering), call.timeout());
            if (written.succeeded()) {
                departure.written(written.result());
            }
            return await(answering, deadline.remaining(clock));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof NotAnImageException tooLarge) {
                throw tooLarge;
            }
            request.reset();
            throw new OutcomeUnknownException("the connection was lost before the whole answer came", e.getCause());
        } catch (TimeoutException e) {
            request.reset();
            throw new OutcomeUnknownException("no whole answer within " + call.timeout(), e);
        } catch (InterruptedException e) {
            request.reset();
            Thread.currentThread().interrupt();
            throw new OutcomeUnknownException("cancelled while the answer was awaited", e);
        }
    }

    private static Future<Void> write(HttpClientRequest request, HttpCall call) {
        return call.bytes().map(bytes -> request.end(Buffer.buffer(bytes))).orElseGet(request::end);
    }

    /** Gives back a connection that comes too late. */
    private static void discard(Future<HttpClientRequest> opening) {
        opening.onSuccess(request ->
                request.exceptionHandler(ProviderHttp::reportedByAnswer).reset());
    }

    /**
     * Ignores a failure that the caller also gets from the future of the answer. Without a handler Vert.x would log it
     * as an error.
     */
    private static void reportedByAnswer(Throwable failure) {}

    private RequestOptions optionsOf(HttpCall call) {
        Destination to = call.to();
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.valueOf(call.method()))
                .setSsl(to.tls())
                .setHost(to.host())
                .setPort(to.port())
                .setURI(to.target())
                .setConnectTimeout(connectTimeout.toMillis())
                .setFollowRedirects(false);
        to.address()
                .ifPresent(address ->
                        options.setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(address, to.port()))));
        call.headers().forEach(options::putHeader);
        return options;
    }

    private static <T> T await(Future<T> future, Duration patience)
            throws ExecutionException, TimeoutException, InterruptedException {
        CompletableFuture<T> waiting = future.toCompletionStage().toCompletableFuture();
        return waiting.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        client.close();
    }
}
