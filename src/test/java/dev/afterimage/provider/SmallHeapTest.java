package dev.afterimage.provider;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.limit.Permit.PermitLapsedException;
import dev.afterimage.provider.Exchange.HttpCall;
import dev.afterimage.provider.Exchange.Purpose;
import dev.afterimage.testing.JavaProcess;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Large images at once in the small heap of a process. */
class SmallHeapTest {

    /** Together 200 MB, in a heap of 128 MB. */
    private static final int IMAGES = 10;

    private static final int BYTES = 20_000_000;

    @Test
    void everyPaidImageIsReceivedOnASmallHeap() throws InterruptedException {
        try (ProviderBench bench = new ProviderBench()) {
            bench.server.stubFor(any(anyUrl()).willReturn(ok().withBody(new byte[BYTES])));
            try (JavaProcess process = JavaProcess.start(Buyer.class, bench.url("/"))) {
                assertThat(process.remainingLines()).hasSize(IMAGES).containsOnly(Integer.toString(BYTES));
            }
            assertThat(bench.calls()).isEqualTo(IMAGES);
        }
    }

    /** Buys all images at once, stores each in a file, and says how large it was. */
    static final class Buyer {

        private static final Duration LONG = Duration.ofSeconds(20);

        public static void main(String[] arguments) throws InterruptedException {
            Vertx vertx = Vertx.vertx();
            AnswerRoom room = AnswerRoom.ofHeap();
            ProviderHttp http = new ProviderHttp(vertx, LONG, room, Clock.systemUTC());
            HttpCall call = new HttpCall(
                    "POST",
                    Destination.ofOperator(URI.create(arguments[0])),
                    Map.of(),
                    Optional.of("{}"),
                    Purpose.PURCHASE,
                    BYTES + 1,
                    LONG);
            CountDownLatch stored = new CountDownLatch(IMAGES);
            for (int i = 0; i < IMAGES; i++) {
                Thread.startVirtualThread(() -> {
                    System.out.println(outcome(http, call, room));
                    stored.countDown();
                });
            }
            stored.await();
            http.close();
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }

        private static String outcome(ProviderHttp http, HttpCall call, AnswerRoom room) {
            try {
                return Integer.toString(store(buy(http, call), room));
            } catch (RuntimeException | OutOfMemoryError lost) {
                return lost.toString();
            }
        }

        private static byte[] buy(ProviderHttp http, HttpCall call) {
            while (true) {
                try {
                    return http.exchange(call, () -> {}).body();
                } catch (PermitLapsedException noRoom) {
                    Thread.yield();
                }
            }
        }

        private static int store(byte[] image, AnswerRoom room) {
            try {
                Path file = Files.createTempFile("image", "");
                Files.write(file, image);
                Files.delete(file);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            room.free(image);
            return image.length;
        }
    }
}
