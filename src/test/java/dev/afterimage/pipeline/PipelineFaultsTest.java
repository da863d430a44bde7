package dev.afterimage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.Horizon;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.generation.Callables;
import dev.afterimage.generation.GenerationException.DeletedMeanwhileException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.CallerQuota;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.MemoryCallerQuota;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.Receipts;
import dev.afterimage.pipeline.ImageService.QuotaExceededException;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.MemoryFlightLeases;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.testing.FakeBacklog;
import dev.afterimage.testing.FakeGenerator;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.ManualPause;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryImageStore;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Permitted;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pipeline without Redis, in a frozen process, and with other processes in between. */
@Timeout(60)
class PipelineFaultsTest {

    private static final Duration TTL = Duration.ofHours(24);
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final ImageRequest REQUEST = Jobs.request(1);
    private static final ImageRequest OTHER = Jobs.request(2);
    private static final ImageKey KEY = Jobs.KEYS.keyOf(REQUEST, 0);

    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-24T12:00:00Z"));
    private final ManualPause pause = new ManualPause(clock);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final MemoryImageIndex index = new MemoryImageIndex();
    private final MemoryImageStore store = new MemoryImageStore();
    private final FakeGenerator provider = new FakeGenerator();
    private final FakeBacklog backlog = new FakeBacklog();
    private FreshnessPolicy freshness = new FreshnessPolicy(TTL, Duration.ofDays(7), Duration.ofHours(1), Map.of());
    private final MemoryFlightLeases leases = new MemoryFlightLeases(LEASE, clock::nanoTime, pause);
    private MemoryLimiter limiter = Permitted.limiter(clock);
    private CallerQuota quota = new MemoryCallerQuota(OptionalInt.empty(), clock);
    private volatile boolean fleetIsGone;
    private final AtomicInteger waitingForFlights = new AtomicInteger();
    private final Pause waits = new Pause() {
        @Override
        public void await(Duration duration) throws InterruptedException {
            pause.await(duration);
        }

        @Override
        public <T> T get(Future<T> future, Duration atMost)
                throws InterruptedException, ExecutionException, TimeoutException {
            waitingForFlights.incrementAndGet();
            return Pause.super.get(future, atMost);
        }
    };

    @AfterEach
    void stop() {
        provider.letGo();
        threads.shutdownNow();
        threads.close();
    }

    private ImagePipeline pipeline() {
        return pipeline(provider, limiter, waits);
    }

    /** One process of the fleet. */
    private ImagePipeline pipeline(ImageGenerator generator, Receipts receipts, Pause pause) {
        Receipts reachable = reachable(Receipts.class, receipts, () -> new FleetUnavailableException("gone", null));
        ProviderLimiter asked =
                reachable(ProviderLimiter.class, limiter, () -> new FleetUnavailableException("gone", null));
        FlightLeases shared = reachable(
                FlightLeases.class, leases, () -> new FleetUnavailableException("gone", new RuntimeException()));
        var settler = Permitted.settler(reachable, clock, pause, threads);
        return Permitted.pipeline(
                Jobs.KEYS,
                index,
                store,
                shared,
                reachable,
                settler,
                Permitted.generator(generator, asked, settler, clock, pause),
                generator,
                freshness,
                quota,
                backlog,
                pause,
                clock,
                threads);
    }

    /** The port, failing while Redis is gone. */
    @SuppressWarnings("unchecked")
    private <T> T reachable(Class<T> port, T right, Supplier<RuntimeException> failure) {
        return (T) Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, (proxy, method, arguments) -> {
            if (fleetIsGone) {
                throw failure.get();
            }
            try {
                return method.invoke(right, arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        });
    }

    private GenerationRequest asked(ImageRequest request) {
        return GenerationRequest.onDemand(request, new Caller("ann"), Deadline.in(Duration.ofSeconds(20), clock));
    }

    private GenerationRequest job(ImageRequest request) {
        return GenerationRequest.ofJob(
                request, Caller.SERVICE, Lane.BULK, Deadline.in(Duration.ofSeconds(20), clock), Horizon.NONE);
    }

    private CompletableFuture<ImageOutcome> begun(ImagePipeline pipeline, GenerationRequest request) {
        return pipeline.obtain(request).toCompletableFuture();
    }

    private ImageOutcome ended(ImagePipeline pipeline, GenerationRequest request) {
        return Callables.await(pipeline.obtain(request));
    }

    @Test
    void withoutRedisAMissIsQueuedAtOnce() {
        fleetIsGone = true;

        assertThat(ended(pipeline(), asked(REQUEST))).isInstanceOf(ImageOutcome.Pending.class);

        assertThat(backlog.delays()).containsOnlyKeys(KEY);
        assertThat(provider.calls()).isZero();
    }

    @Test
    void withoutRedisAQueuedRequestCountsOnItsCallersQuota() {
        quota = new MemoryCallerQuota(OptionalInt.of(1), clock);
        fleetIsGone = true;
        ImagePipeline pipeline = pipeline();
        ended(pipeline, asked(REQUEST));

        assertThatThrownBy(() -> ended(pipeline, asked(OTHER))).isInstanceOf(QuotaExceededException.class);

        assertThat(backlog.delays()).containsOnlyKeys(KEY);
    }

    @Test
    void aRequestQueuedBecauseAnotherCallIsUnderWayCountsOnItsCallersQuota() throws Exception {
        provider.held();
        CompletableFuture<ImageOutcome> other = begun(pipeline(), job(REQUEST));
        provider.awaitCall();
        quota = new MemoryCallerQuota(OptionalInt.of(1), clock);
        ImagePipeline pipeline = pipeline();
        GenerationRequest impatient =
                GenerationRequest.onDemand(REQUEST, new Caller("ann"), Deadline.in(Duration.ofMillis(10), clock));
        assertThat(ended(pipeline, impatient)).isInstanceOf(ImageOutcome.Pending.class);

        assertThatThrownBy(() -> ended(pipeline, asked(OTHER))).isInstanceOf(QuotaExceededException.class);

        provider.letGo();
        assertThat(other.join()).isInstanceOf(ImageOutcome.Stored.class);
    }

    /** Or the image of a slow provider would come as much later as a call takes. */
    @Test
    void callExpectedToEndTooLateIsQueuedAtOnceAndTheCallerComesBackLater() {
        ImageGenerator slow = (request, attempt) -> {
            GeneratedImage image = provider.generate(request, attempt);
            clock.advance(Duration.ofSeconds(15));
            return image;
        };
        ImagePipeline pipeline = pipeline(slow, limiter, waits);
        ended(pipeline, job(OTHER));

        ImageOutcome outcome = ended(pipeline, asked(REQUEST));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        ImageOutcome.Pending.class,
                        pending -> assertThat(pending.retryAfter()).isEqualTo(Duration.ofSeconds(30)));
        assertThat(backlog.delays()).isEqualTo(Map.of(KEY, Duration.ZERO));
        assertThat(provider.calls()).as("the other image's").isEqualTo(1);
    }

    @Test
    void withoutRedisAJobWaits() {
        fleetIsGone = true;

        assertThatThrownBy(() -> ended(pipeline(), job(REQUEST))).isInstanceOf(ThrottledException.class);
        assertThat(backlog.delays()).isEmpty();
    }

    /** A page that shows the old image must not break for as long as a slow provider makes the new one. */
    @Test
    void anImageIsLookedUpAsBeforeWhileANewOneIsMadeBehindIt() {
        ended(pipeline(), asked(REQUEST));
        clock.advance(TTL.plusMinutes(5));
        assertThat(leases.take(KEY, Lane.BULK)).isPresent();

        assertThat(Callables.await(pipeline().lookup(KEY, false)))
                .hasValueSatisfying(seen -> assertThat(seen).isInstanceOf(ImageOutcome.Stale.class));

        clock.advance(Duration.ofHours(1));
        assertThat(leases.take(KEY, Lane.BULK)).isPresent();
        assertThat(Callables.await(pipeline().lookup(KEY, false)))
                .as("past stale-while-revalidate")
                .hasValueSatisfying(seen -> assertThat(seen).isInstanceOf(ImageOutcome.Pending.class));
    }

    /** A bug: the receipt of an image stands for three minutes, and was taken for a reason not to buy the next one. */
    @Test
    void anImageThatIsFreshForAMinuteIsRefreshedAfterAMinute() {
        freshness = new FreshnessPolicy(Duration.ofMinutes(1), Duration.ofDays(7), Duration.ofHours(1), Map.of());
        ended(pipeline(), asked(REQUEST));
        clock.advance(Duration.ofSeconds(61));

        assertThat(ended(pipeline(), asked(REQUEST))).isInstanceOf(ImageOutcome.Stale.class);
        while (backlog.refreshed().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(backlog.refreshed()).containsExactly(KEY);
    }

    @Test
    void withoutRedisAStaleImageIsServed() {
        ended(pipeline(), asked(REQUEST));
        clock.advance(TTL.plusHours(2));
        fleetIsGone = true;

        assertThat(ended(pipeline(), asked(REQUEST))).isInstanceOf(ImageOutcome.Stale.class);
        assertThat(Callables.await(pipeline().lookup(KEY, false)))
                .hasValueSatisfying(seen -> assertThat(seen).isInstanceOf(ImageOutcome.Stale.class));
        assertThat(backlog.delays()).isEmpty();
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void withoutRedisAnUnknownKeyIsPending() {
        fleetIsGone = true;

        assertThat(Callables.await(pipeline().lookup(KEY, false)))
                .hasValueSatisfying(seen -> assertThat(seen).isInstanceOf(ImageOutcome.Pending.class));
    }

    @Test
    void processFrozenWithAPermitFindsTheImageMadeMeanwhile() throws Exception {
        limiter = Limiters.memory(
                new Limits(1, Duration.ofSeconds(1), OptionalInt.empty(), 1, Duration.ofSeconds(60)), clock);
        ImagePipeline frozen = pipeline();
        ended(frozen, asked(OTHER));
        CompletableFuture<ImageOutcome> waiting = begun(frozen, asked(REQUEST));
        pause.awaitSleeper(Duration.ofSeconds(2));
        IndexEntry landed = freshness.entryFor(KEY, REQUEST.template(), FakeGenerator.image(), clock.instant());
        store.put(landed, FakeGenerator.image().content());

        pause.advance(Duration.ofSeconds(5));

        assertThat(waiting.join()).isEqualTo(new ImageOutcome.Collapsed(landed));
        assertThat(provider.calls()).as("the other image's").isEqualTo(1);
    }

    /** A bug (seed 12032414): the image that it entered had been deleted, and a newer one made, while it stood still. */
    @Test
    void processFrozenWithTheStoresAnswerDoesNotEnterItIntoTheIndex() {
        ended(pipeline(), asked(REQUEST));
        index.remove(KEY);
        store.afterFind(() -> clock.advance(Duration.ofSeconds(5)));

        assertThat(ended(pipeline(), asked(REQUEST))).isInstanceOf(ImageOutcome.Hit.class);
        assertThat(index.entries()).isEmpty();

        store.afterFind(() -> {});
        ended(pipeline(), asked(REQUEST));
        assertThat(index.entries()).containsKey(KEY);
    }

    /** A bug (seed 14085373): the image of a process that stood still for longer than images are fresh came back. */
    @Test
    void aDeleteStaysNotedForAnHourThoughImagesAreFreshForAMinute() {
        freshness = new FreshnessPolicy(Duration.ofMinutes(1), Duration.ofMinutes(2), Duration.ZERO, Map.of());
        Callables.await(pipeline().forget(KEY));

        clock.advance(Duration.ofMinutes(59));
        assertThat(limiter.isDeleted(KEY)).isTrue();
        clock.advance(Duration.ofMinutes(1));
        assertThat(limiter.isDeleted(KEY)).isFalse();
    }

    @Test
    void processFrozenInFlightKeepsTheImageBoughtMeanwhile() throws Exception {
        provider.held();
        CompletableFuture<ImageOutcome> frozen =
                begun(pipeline(provider, limiter, new ManualPause(clock)), asked(REQUEST));
        provider.awaitCall();
        clock.advance(Permitted.WIDE.longestCall().plusSeconds(1));
        FakeGenerator again = new FakeGenerator();
        ImageOutcome bought = ended(pipeline(again, limiter, waits), asked(REQUEST));
        assertThat(bought).isInstanceOf(ImageOutcome.Stored.class);

        provider.letGo();

        // Its caller's time is over, so it may have been told to ask again; in no case is the second image taken for
        // its own.
        assertThat(frozen.join()).isInstanceOfAny(ImageOutcome.Collapsed.class, ImageOutcome.Pending.class);
        assertThat(store.find(KEY)).contains(((ImageOutcome.Stored) bought).entry());
        assertThat(again.calls()).isEqualTo(1);
    }

    /** A bug: the receipt of the image that replaced a deleted one had ended, and a process that woke up held it again. */
    @Test
    void processFrozenUntilItsReceiptIsForgottenKeepsTheImageBoughtAfterADelete() throws Exception {
        provider.held();
        Receipts writtenAgain = (Receipts) Proxy.newProxyInstance(
                Receipts.class.getClassLoader(),
                new Class<?>[] {Receipts.class},
                (proxy, method, arguments) ->
                        method.getName().equals("hold") ? Receipts.Holding.HELD : method.invoke(limiter, arguments));
        CompletableFuture<ImageOutcome> frozen =
                begun(pipeline(provider, writtenAgain, new ManualPause(clock)), asked(REQUEST));
        provider.awaitCall();
        clock.advance(Permitted.WIDE.longestCall().plusSeconds(1));
        ImagePipeline other = pipeline(new FakeGenerator(), limiter, waits);
        Callables.await(other.forget(KEY));
        ImageOutcome bought = ended(other, asked(REQUEST));
        clock.advance(Duration.ofMinutes(4));

        provider.letGo();

        assertThat(frozen.join()).isInstanceOfAny(ImageOutcome.Collapsed.class, ImageOutcome.Pending.class);
        assertThat(store.find(KEY)).contains(((ImageOutcome.Stored) bought).entry());
    }

    /** A bug: the image was thrown away, because the store could not say whether there is another. */
    @Test
    void anImageWhoseReceiptIsLostIsKeptWhileTheStoreIsGone() throws Exception {
        provider.held();
        Receipts lost = (Receipts) Proxy.newProxyInstance(
                Receipts.class.getClassLoader(),
                new Class<?>[] {Receipts.class},
                (proxy, method, arguments) ->
                        method.getName().equals("hold") ? Receipts.Holding.LOST : method.invoke(limiter, arguments));
        ManualPause pause = new ManualPause(clock);
        CompletableFuture<ImageOutcome> begun = begun(pipeline(provider, lost, pause), asked(REQUEST));
        provider.awaitCall();
        store.down(true);

        provider.letGo();
        assertThatThrownBy(begun::join).hasCauseInstanceOf(StoreUnavailableException.class);
        store.down(false);
        while (store.find(KEY).isEmpty()) {
            pause.advance(Duration.ofSeconds(1));
            Thread.onSpinWait();
        }
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void interactiveRequestOvertakesABulkJobThatHasNotDeparted() throws Exception {
        limiter = Limiters.memory(
                new Limits(2, Duration.ofSeconds(1), OptionalInt.empty(), 0.5, Duration.ofSeconds(60)), clock);
        ended(pipeline(), job(OTHER));
        CompletableFuture<ImageOutcome> bulk = begun(pipeline(), job(REQUEST));
        pause.awaitSleeper(Duration.ofSeconds(2));
        assertThat(leases.isHeld(KEY, Lane.BULK)).isTrue();

        assertThat(ended(pipeline(), asked(REQUEST))).isInstanceOf(ImageOutcome.Stored.class);

        pause.advance(Duration.ofSeconds(2));
        assertThat(bulk.join()).isInstanceOf(ImageOutcome.Collapsed.class);
        assertThat(provider.calls()).as("with the other image's").isEqualTo(2);
    }

    /** Otherwise the late hold would write the receipt of an ended call again. */
    @Test
    void receiptIsSettledAfterAHoldInProgress() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        CountDownLatch holds = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Receipts slow = (Receipts) Proxy.newProxyInstance(
                Receipts.class.getClassLoader(), new Class<?>[] {Receipts.class}, (proxy, method, arguments) -> {
                    boolean hold = method.getName().equals("hold");
                    if (hold) {
                        holds.countDown();
                        goOn.await();
                    }
                    if (hold || method.getName().equals("settle")) {
                        order.add(method.getName());
                    }
                    return method.invoke(limiter, arguments);
                });
        provider.held().failsWith(new UnavailableException("gone", null));
        CompletableFuture<ImageOutcome> failing = begun(pipeline(provider, slow, waits), asked(REQUEST));
        provider.awaitCall();
        pause.awaitSleeper(LEASE.dividedBy(3));
        pause.advance(LEASE.dividedBy(3));
        holds.await();

        provider.letGo();
        assertThat(order).isEmpty();
        goOn.countDown();

        assertThatThrownBy(() -> Callables.await(failing)).isInstanceOf(UnavailableException.class);
        assertThat(order).containsExactly("hold", "settle");
        assertThat(limiter.find(KEY)).isEmpty();
    }

    /** The request reads the store before the DELETE and writes the index after it. */
    @Test
    void restoringTheIndexDuringADeleteDoesNotBringTheImageBack() {
        ended(pipeline(), asked(REQUEST));
        index.entries().clear();
        index.beforePut(() -> store.delete(KEY));

        ended(pipeline(), asked(REQUEST));

        while (index.entries().containsKey(KEY)) {
            Thread.onSpinWait();
        }
        assertThat(Callables.await(pipeline().lookup(KEY, false))).isEmpty();
    }

    /** The process stands still between the end of the receipt and the entry in the index, and the key is deleted. */
    @Test
    void imageDeletedBeforeItsEntryIsWrittenLeavesTheIndexAgain() {
        index.beforePut(() -> {
            index.beforePut(() -> {});
            clock.advance(Duration.ofMinutes(2));
            Callables.await(pipeline().forget(KEY));
        });

        ended(pipeline(), asked(REQUEST));

        while (index.entries().containsKey(KEY)) {
            Thread.onSpinWait();
        }
        assertThat(Callables.await(pipeline().lookup(KEY, false))).isEmpty();
    }

    /** As a process does that stood still between its last look at the receipt and its write to the store. */
    @Test
    void anImageThatIsStoredAfterItsDeleteIsNotSeen() {
        ended(pipeline(), asked(REQUEST));
        IndexEntry late = store.find(KEY).orElseThrow();
        Callables.await(pipeline().forget(KEY));
        store.put(late, new byte[(int) late.bytes()]);

        assertThat(Callables.await(pipeline().lookup(KEY, false))).isEmpty();

        assertThat(store.find(KEY)).isEmpty();
        assertThat(index.entries()).isEmpty();
        assertThat(ended(pipeline(), asked(REQUEST))).isInstanceOf(ImageOutcome.Stored.class);
        assertThat(Callables.await(pipeline().lookup(KEY, false))).isPresent();
    }

    @Test
    void removingALateImageKeepsTheOneBoughtSince() {
        Receipts late = (Receipts) Proxy.newProxyInstance(
                Receipts.class.getClassLoader(), new Class<?>[] {Receipts.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("settle")) {
                        return method.invoke(limiter, arguments);
                    }
                    Callables.await(pipeline().forget(KEY));
                    Object settlement = method.invoke(limiter, arguments);
                    clock.advance(Duration.ofSeconds(1));
                    assertThat(ended(pipeline(), asked(REQUEST))).isInstanceOf(ImageOutcome.Stored.class);
                    return settlement;
                });

        assertThatThrownBy(() -> ended(pipeline(provider, late, waits), job(REQUEST)))
                .isInstanceOf(DeletedMeanwhileException.class);

        assertThat(store.find(KEY)).isPresent();
        assertThat(provider.calls()).isEqualTo(2);
    }

    /** As a job does that remakes a fresh image for its plan: it finds the old one in the store first. */
    @Test
    void restoringTheIndexWhileANewerImageIsStoredKeepsTheNewerOne() {
        ended(pipeline(), asked(REQUEST));
        index.entries().clear();
        clock.advance(Duration.ofSeconds(1));
        IndexEntry newer = freshness.entryFor(KEY, REQUEST.template(), FakeGenerator.image(), clock.instant());
        index.beforePut(() -> store.put(newer, FakeGenerator.image().content()));

        ended(pipeline(), asked(REQUEST));

        while (!newer.equals(index.entries().get(KEY))) {
            Thread.onSpinWait();
        }
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void followerOfAFailedFlightPausesBeforeTheNext() throws Exception {
        provider.held().failsWith(ThrottledException.byProvider(Duration.ofSeconds(15)));
        ImagePipeline pipeline = pipeline();
        GenerationRequest impatient =
                GenerationRequest.onDemand(REQUEST, new Caller("bob"), Deadline.in(Duration.ofSeconds(2), clock));
        CompletableFuture<ImageOutcome> led = begun(pipeline, impatient);
        provider.awaitCall();
        CompletableFuture<ImageOutcome> followed = begun(pipeline, asked(REQUEST));
        while (waitingForFlights.get() < 2) {
            Thread.onSpinWait();
        }
        provider.letGo();

        assertThat(led.join()).isInstanceOf(ImageOutcome.Pending.class);
        pause.awaitSleeper(Duration.ofMillis(50));
        assertThat(followed).isNotDone();
        pause.advance(Duration.ofMillis(50));
        assertThat(followed.join()).isInstanceOf(ImageOutcome.Stored.class);
    }
}
