package dev.afterimage.provider;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.http.Fault;
import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.limit.Permit.PermitLapsedException;
import dev.afterimage.provider.Exchange.Answer;
import dev.afterimage.provider.Exchange.HttpCall;
import dev.afterimage.provider.Exchange.Purpose;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderHttpTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String KEPT_ALIVE = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @RegisterExtension
    private static final ProviderBench bench = new ProviderBench();

    @BeforeEach
    void answerEverything() {
        bench.server.stubFor(any(anyUrl()).willReturn(ok("hello")));
    }

    @Test
    void departureIsReportedOnceBeforeTheCallIsWritten() {
        List<Integer> callsSeenAtDeparture = new ArrayList<>();
        Answer answer = bench.http.exchange(call(LONG), () -> callsSeenAtDeparture.add(bench.calls()));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).asString().isEqualTo("hello");
        assertThat(callsSeenAtDeparture).containsExactly(0);
        assertThat(bench.calls()).isEqualTo(1);
    }

    @Test
    void writeIsReportedBeforeTheAnswerArrives() {
        bench.server.stubFor(any(anyUrl()).willReturn(ok("hello").withFixedDelay(200)));
        List<Instant> told = new ArrayList<>();
        Instant asked = Instant.now();
        Answer answer = bench.http.exchange(call(LONG), new Attempt.Departure() {
            @Override
            public void now() {
                told.add(Instant.now());
            }

            @Override
            public void written(Instant at) {
                told.add(at);
            }
        });
        assertThat(answer.status()).isEqualTo(200);
        assertThat(told).hasSize(2).isSorted();
        assertThat(told.get(1)).isBetween(asked, Instant.now().minusMillis(200));
    }

    @Test
    void answerBeforeTheRequestWasReadIsUsed() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        try (ServerSocket hasty = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread server = Thread.startVirtualThread(() -> answerTheFirstByte(hasty, answered));
            HttpCall large = new HttpCall(
                    "POST",
                    Destination.ofOperator(URI.create("http://127.0.0.1:" + hasty.getLocalPort() + "/")),
                    Map.of(),
                    Optional.of("x".repeat(32 << 20)),
                    Purpose.PURCHASE,
                    1024,
                    LONG);

            Answer answer = bench.http.exchange(large, () -> {});

            assertThat(answer.status()).isEqualTo(413);
            answered.countDown();
            server.join();
        }
    }

    private static void answerTheFirstByte(ServerSocket hasty, CountDownLatch answered) {
        try (Socket client = hasty.accept()) {
            String head = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n";
            assertThat(client.getInputStream().read()).isEqualTo('P');
            client.getOutputStream().write(head.getBytes(UTF_8));
            answered.await();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void departureIsReportedOnTheCallersThread() {
        List<Thread> threads = new ArrayList<>();
        bench.http.exchange(call(LONG), () -> threads.add(Thread.currentThread()));
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void aLapsedPermitKeepsTheCallFromLeaving() {
        PermitLapsedException lapsed = new PermitLapsedException(Duration.ofSeconds(1));
        assertThatThrownBy(() -> bench.http.exchange(call(LONG), () -> {
                    throw lapsed;
                }))
                .isSameAs(lapsed);
        bench.http.exchange(call(LONG), () -> {});
        assertThat(bench.calls()).isEqualTo(1);
    }

    @Test
    void aLapsedPermitGivesItsConnectionBack() {
        try (RawServer server = new RawServer(KEPT_ALIVE)) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> bench.http.exchange(call(server), () -> {
                            throw new PermitLapsedException(Duration.ofSeconds(1));
                        }))
                        .isInstanceOf(PermitLapsedException.class);
                letTheEventLoopSee();
            }
            bench.http.exchange(call(server), () -> {});
            assertThat(server.connections()).isEqualTo(1);
            assertThat(server.requests()).isEqualTo(1);
        }
    }

    @Test
    void aRefusedConnectionIsAnOutageBeforeDeparture() throws IOException {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            nobody = socket.getLocalPort();
        }
        HttpCall call = call(destination("http://127.0.0.1:" + nobody + "/"), LONG);
        assertNotDeparted(call);
    }

    @Test
    void anUnknownHostIsAnOutageBeforeDeparture() {
        assertNotDeparted(call(destination("http://nowhere.invalid/"), LONG));
    }

    @Test
    void aServerWithoutTlsIsAnOutageBeforeDeparture() {
        assertNotDeparted(call(destination("https://127.0.0.1:" + bench.server.port() + "/"), LONG));
        assertThat(bench.calls()).isZero();
    }

    @Test
    void hangingProviderIsAnUnknownOutcome() {
        bench.server.stubFor(any(anyUrl()).willReturn(ok().withFixedDelay(60_000)));
        assertThatThrownBy(() -> bench.http.exchange(call(ProviderBench.SHORT), () -> {}))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("PT0.3S");
    }

    @Test
    void aBodyThatNeverEndsIsAnUnknownOutcome() {
        try (RawServer server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nbegin")) {
            HttpCall call = call(server.at("/"), ProviderBench.SHORT);
            assertThatThrownBy(() -> bench.http.exchange(call, () -> {})).isInstanceOf(OutcomeUnknownException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionLostAfterDepartureIsAnUnknownOutcome(Fault fault) {
        bench.server.stubFor(any(anyUrl()).willReturn(aResponse().withFault(fault)));
        assertThatThrownBy(() -> bench.http.exchange(call(LONG), () -> {})).isInstanceOf(OutcomeUnknownException.class);
        assertThat(bench.calls()).as("not sent again: it may have been billed").isEqualTo(1);
    }

    @Test
    void aCancelledCallEndsAtOnceAsUnknownAndLeavesTheThreadInterrupted() {
        bench.server.stubFor(any(anyUrl()).willReturn(ok().withFixedDelay(60_000)));
        assertThatThrownBy(() -> bench.http.exchange(
                        call(LONG), () -> Thread.currentThread().interrupt()))
                .isInstanceOf(OutcomeUnknownException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aCallCancelledBeforeItsDepartureCostsNothing() {
        Thread.currentThread().interrupt();
        assertNotDeparted(call(LONG));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(bench.calls()).isZero();
    }

    @Test
    void aDeadPooledConnectionIsReplaced() {
        try (RawServer server = new RawServer(KEPT_ALIVE)) {
            bench.http.exchange(call(server), () -> {});
            server.cutConnections();
            letTheEventLoopSee();
            assertThat(bench.http.exchange(call(server), () -> {}).status()).isEqualTo(200);
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void aConnectionThatClosesBetweenDepartureAndWritingIsAnOutageAndNotSentAgain() {
        try (RawServer server = new RawServer(KEPT_ALIVE)) {
            bench.http.exchange(call(server), () -> {});
            letTheEventLoopSee();
            assertThatThrownBy(() -> bench.http.exchange(call(server), () -> {
                        server.cutConnections();
                        letTheEventLoopSee();
                    }))
                    .isInstanceOf(UnavailableException.class);
            assertThat(server.requests()).isEqualTo(1);
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    /** The only event loop has handled all earlier events once it has returned later answers. */
    private static void letTheEventLoopSee() {
        for (int i = 0; i < 3; i++) {
            bench.http.exchange(call(LONG), () -> {});
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void aRedirectIsAnAnswerAndNotFollowed(int status) {
        bench.server.stubFor(any(anyUrl())
                .willReturn(aResponse().withStatus(status).withHeader("Location", bench.url("/elsewhere"))));
        assertThat(bench.http.exchange(call(LONG), () -> {}).status()).isEqualTo(status);
        assertThat(bench.calls()).isEqualTo(1);
    }

    @Test
    void anAnswerMayBeAsLargeAsTheBound() {
        byte[] content = new byte[50_000];
        bench.server.stubFor(any(anyUrl()).willReturn(ok().withBody(content)));
        assertThat(bench.http.exchange(call(50_000), () -> {}).body()).isEqualTo(content);
    }

    @Test
    void anAnswerThatGrowsBeyondTheBoundIsRefused() {
        bench.server.stubFor(any(anyUrl()).willReturn(ok().withBody(new byte[50_001])));
        assertThatThrownBy(() -> bench.http.exchange(call(50_000), () -> {})).isInstanceOf(NotAnImageException.class);
    }

    @Test
    void anAnswerThatAnnouncesMoreThanTheBoundIsRefusedBeforeItComes() {
        try (RawServer server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 50001\r\n\r\n")) {
            HttpCall call = HttpCall.get(server.at("/"), Map.of(), 50_000, LONG);
            assertThatThrownBy(() -> bench.http.exchange(call, () -> {})).isInstanceOf(NotAnImageException.class);
        }
    }

    @Test
    void statusOfAFailureWithALongBodyIsUnderstood() {
        bench.server.stubFor(
                any(anyUrl()).willReturn(aResponse().withStatus(429).withBody(new byte[3_000_000])));
        Answer answer = bench.http.exchange(call(LONG), () -> {});
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.body()).hasSizeLessThanOrEqualTo(64 * 1024);
    }

    @Test
    void compressionIsNeitherAskedForNorUndone() {
        byte[] bomb = {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, 3};
        try (RawServer server = new RawServer("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n\r\n"
                + new String(bomb, java.nio.charset.StandardCharsets.ISO_8859_1))) {
            assertThat(bench.http.exchange(call(server), () -> {}).body()).isEqualTo(bomb);
        }
        bench.http.exchange(call(LONG), () -> {});
        assertThat(bench.server.getAllServeEvents().getFirst().getRequest().containsHeader("Accept-Encoding"))
                .isFalse();
    }

    /** A bug: calls beyond 512 once waited for a connection and counted as an unreachable provider. */
    @Test
    void everyCallOfAFullBulkheadHasAConnection() throws Exception {
        int calls = 1000;
        CountDownLatch allLeft = new CountDownLatch(calls);
        try (RawServer server = new RawServer(KEPT_ALIVE);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                answers.add(threads.submit(() -> bench.http
                        .exchange(call(server), () -> meetAllOthers(allLeft))
                        .status()));
            }
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(200);
            }
            assertThat(server.connections()).isEqualTo(calls);
        }
    }

    private static void meetAllOthers(CountDownLatch allLeft) {
        allLeft.countDown();
        try {
            assertThat(allLeft.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Some APIs take a GET. */
    @ParameterizedTest
    @ValueSource(strings = {"", "{}"})
    void callWithoutRoomForItsAnswerDoesNotDepart(String body) {
        AnswerRoom room = new AnswerRoom(1);
        try (ProviderHttp http = new ProviderHttp(bench.vertx, LONG, room, Clock.systemUTC())) {
            AnswerRoom.Place other = room.enter(1).orElseThrow();
            HttpCall purchase = new HttpCall(
                    "GET",
                    destination(bench.url("/")),
                    Map.of(),
                    Optional.of(body).filter(text -> !text.isEmpty()),
                    Purpose.PURCHASE,
                    1_000_000,
                    LONG);

            assertThatThrownBy(() -> http.exchange(purchase, () -> {})).isInstanceOf(PermitLapsedException.class);
            assertThat(bench.calls()).isZero();

            other.leave();
            assertThat(http.exchange(purchase, () -> {}).status()).isEqualTo(200);
        }
    }

    @Test
    void paidAnswerWaitsForRoomAndIsNotLost() throws Exception {
        byte[] image = new byte[3_000_000];
        bench.server.stubFor(any(anyUrl()).willReturn(ok().withBody(image)));
        AnswerRoom room = new AnswerRoom(1_000_000);
        try (ProviderHttp http = new ProviderHttp(bench.vertx, LONG, room, Clock.systemUTC());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            HttpCall call = HttpCall.get(destination(bench.url("/")), Map.of(), 5_000_000, LONG);
            CountDownLatch allLeft = new CountDownLatch(6);
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                answers.add(threads.submit(() -> http.exchange(call, () -> meetAllOthers(allLeft))));
            }
            for (Future<Answer> answer : answers) {
                assertThat(answer.get().body()).isEqualTo(image);
            }
        }
    }

    private static void assertNotDeparted(HttpCall call) {
        List<String> departures = new ArrayList<>();
        Attempt.Departure departure = () -> departures.add("left");
        assertThatThrownBy(() -> bench.http.exchange(call, departure)).isInstanceOf(UnavailableException.class);
        assertThat(departures).isEmpty();
    }

    private static HttpCall call(Duration timeout) {
        return call(destination(bench.url("/")), timeout);
    }

    private static HttpCall call(long maxBytes) {
        return HttpCall.get(destination(bench.url("/")), Map.of(), maxBytes, LONG);
    }

    private static HttpCall call(RawServer server) {
        return call(server.at("/"), LONG);
    }

    private static HttpCall call(Destination to, Duration timeout) {
        return HttpCall.get(to, Map.of(), 1_000_000, timeout);
    }

    private static Destination destination(String url) {
        return Destination.ofOperator(URI.create(url));
    }
}
