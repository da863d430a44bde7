package dev.afterimage.singleflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.image.ImageKey;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SingleFlightTest {

    private static final ImageKey KEY = new ImageKey("ab".repeat(32));
    private static final ImageKey OTHER = new ImageKey("cd".repeat(32));

    private final Clock clock = Clock.systemUTC();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SingleFlight<ImageKey, String> flights = new SingleFlight<>(threads, clock, duration -> {});
    private final CompletableFuture<String> provider = new CompletableFuture<>();

    @AfterEach
    void endThreads() {
        provider.complete("too late");
        threads.shutdownNow();
    }

    private Deadline patient() {
        return Deadline.in(Duration.ofMinutes(5), clock);
    }

    private Deadline impatient() {
        return Deadline.in(Duration.ofMillis(5), clock);
    }

    @Test
    void aHundredCallersShareOneFlight() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CyclicBarrier together = new CyclicBarrier(100);
        List<Future<SingleFlight<ImageKey, String>.Flight>> seats = new ArrayList<>();
        for (int caller = 0; caller < 100; caller++) {
            seats.add(threads.submit(() -> {
                together.await();
                return flights.join(KEY, () -> {
                    calls.incrementAndGet();
                    return provider.get();
                });
            }));
        }
        int led = 0;
        for (Future<SingleFlight<ImageKey, String>.Flight> seat : seats) {
            led += seat.get().led() ? 1 : 0;
        }
        provider.complete("image");

        for (Future<SingleFlight<ImageKey, String>.Flight> seat : seats) {
            assertThat(seat.get().await(patient())).contains("image");
        }
        assertThat(led).isEqualTo(1);
        assertThat(calls).hasValue(1);
    }

    @Test
    void differentKeysHaveSeparateFlights() throws Exception {
        SingleFlight<ImageKey, String>.Flight first = flights.join(KEY, provider::get);

        assertThat(flights.join(OTHER, () -> "other").await(patient())).contains("other");
        assertThat(first.await(impatient())).isEmpty();
    }

    @Test
    void leaderThatGivesUpDoesNotStopTheFlight() throws Exception {
        SingleFlight<ImageKey, String>.Flight leader = flights.join(KEY, provider::get);
        SingleFlight<ImageKey, String>.Flight follower = flights.join(KEY, () -> "not me");

        assertThat(leader.await(impatient())).isEmpty();
        provider.complete("image");

        assertThat(follower.led()).isFalse();
        assertThat(follower.await(patient())).contains("image");
    }

    @Test
    void cancelledLeaderDoesNotStopTheFlight() throws Exception {
        CountDownLatch joined = new CountDownLatch(1);
        Thread leader = Thread.startVirtualThread(() -> {
            SingleFlight<ImageKey, String>.Flight flight = flights.join(KEY, provider::get);
            joined.countDown();
            try {
                flight.await(patient());
            } catch (InterruptedException cancelled) {
                Thread.currentThread().interrupt();
            }
        });
        joined.await();
        SingleFlight<ImageKey, String>.Flight follower = flights.join(KEY, () -> "not me");

        leader.interrupt();
        leader.join();
        provider.complete("image");

        assertThat(follower.await(patient())).contains("image");
    }

    @Test
    void leaderAndFollowersGetTheSameFailure() {
        IllegalStateException failure = new IllegalStateException("engine");
        SingleFlight<ImageKey, String>.Flight leader = flights.join(KEY, () -> {
            provider.get();
            throw failure;
        });
        SingleFlight<ImageKey, String>.Flight follower = flights.join(KEY, () -> "not me");
        provider.complete("");

        assertThatThrownBy(() -> leader.await(patient())).isSameAs(failure);
        assertThatThrownBy(() -> follower.await(patient())).isSameAs(failure);
    }

    @Test
    void checkedExceptionIsWrapped() {
        IOException failure = new IOException("engine");
        SingleFlight<ImageKey, String>.Flight flight = flights.join(KEY, () -> {
            throw failure;
        });

        assertThatThrownBy(() -> flight.await(patient()))
                .isInstanceOf(CompletionException.class)
                .hasCause(failure);
    }

    @Test
    void errorEndsTheFlight() {
        AssertionError error = new AssertionError("engine");
        SingleFlight<ImageKey, String>.Flight flight = flights.join(KEY, () -> {
            throw error;
        });

        assertThatThrownBy(() -> flight.await(patient())).isSameAs(error);
        assertThat(flights.isFlying(KEY)).isFalse();
    }

    @Test
    void keyIsFreeWhenTheFlightEnds() throws Exception {
        EndWatch watch = new EndWatch();
        SingleFlight<ImageKey, String> watched = new SingleFlight<>(threads, clock, watch);
        SingleFlight<ImageKey, String>.Flight flight = watched.join(KEY, provider::get);
        assertThat(watched.isFlying(KEY)).isTrue();

        watch.atTheEnd = () -> watch.flying = watched.isFlying(KEY);
        assertThat(flight.await(patient())).contains("image");

        assertThat(watch.flying).isFalse();
        assertThat(watched.join(KEY, () -> "a new one").led()).isTrue();
    }

    /** Looks at the moment of the end, on the thread that brings it about. */
    private final class EndWatch implements Pause {

        private volatile Runnable atTheEnd = () -> {};
        private volatile boolean flying = true;

        @Override
        public void await(Duration duration) {}

        @Override
        public <T> T get(Future<T> future, Duration atMost) throws ExecutionException, InterruptedException {
            CompletableFuture<Void> looked = ((CompletableFuture<T>) future).thenRun(atTheEnd);
            provider.complete("image");
            looked.get();
            return future.get();
        }
    }

    @Test
    void aFailureIsNotRemembered() throws Exception {
        SingleFlight<ImageKey, String>.Flight failed = flights.join(KEY, () -> {
            throw new IllegalStateException("engine");
        });
        assertThatThrownBy(() -> failed.await(patient())).isInstanceOf(IllegalStateException.class);

        assertThat(flights.join(KEY, () -> "a new one").await(patient())).contains("a new one");
    }

    @Test
    void flightOnAShutDownExecutorIsRefused() {
        threads.shutdown();

        SingleFlight<ImageKey, String>.Flight flight = flights.join(KEY, () -> "image");

        assertThatThrownBy(() -> flight.await(patient())).isInstanceOf(RejectedExecutionException.class);
        assertThat(flights.isFlying(KEY)).isFalse();
    }
}
