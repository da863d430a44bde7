package dev.afterimage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.Horizon;
import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.delivery.UrlSigner.SigningKeyUnavailableException;
import dev.afterimage.generation.CallSettler;
import dev.afterimage.generation.Callables;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.DeletedMeanwhileException;
import dev.afterimage.generation.GenerationException.JobUnfinishedException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.MemoryCallerQuota;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Receipt;
import dev.afterimage.pipeline.ImageService.IndexLookup;
import dev.afterimage.pipeline.ImageService.QuotaExceededException;
import dev.afterimage.singleflight.MemoryFlightLeases;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.testing.FakeBacklog;
import dev.afterimage.testing.FakeGenerator;
import dev.afterimage.testing.ManualPause;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryImageStore;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Permitted;
import dev.afterimage.time.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ImagePipelineTest {

    private static final Duration TTL = Duration.ofHours(24);
    private static final Duration STALE_TTL = Duration.ofDays(7);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{\"title\":\"A\"}"), ImageFormat.PNG);
    private static final ImageRequest OTHER =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{\"title\":\"B\"}"), ImageFormat.PNG);

    private static final ImageKey KEY = new KeyScheme(ProviderIdentity.builtIn("demo")).keyOf(REQUEST, 0);
    /** The longest pause between two polls of a follower of another process. */
    private static final Duration POLL = Duration.ofMillis(400);

    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-24T12:00:00Z"));
    private final MemoryImageIndex index = new MemoryImageIndex();
    private final MemoryImageStore store = new MemoryImageStore();
    private final FakeGenerator provider = new FakeGenerator();
    private final FakeBacklog backlog = new FakeBacklog();
    private final Versions versions = new Versions();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final MemoryFlightLeases leases =
            new MemoryFlightLeases(Duration.ofSeconds(30), () -> clock.millis() * 1_000_000, duration -> {});
    private final ManualPause pause = new ManualPause(clock);
    private final MemoryLimiter limiter = Permitted.limiter(clock);
    private final CallSettler settler = Permitted.settler(limiter, clock, pause, threads);
    private final Drain drain = new Drain(clock, pause);
    private volatile Optional<Permit.Denied> refusal = Optional.empty();
    private int mostFollowers = Integer.MAX_VALUE;
    private volatile boolean hasSigningKey = true;
    private final Queue<Thread> signerChecks = new ConcurrentLinkedQueue<>();
    private final ImagePipeline pipeline = pipelineWithQuota(OptionalInt.empty());

    /** A pipeline of another process of the fleet. */
    private ImagePipeline otherProcess() {
        return pipelineWithQuota(OptionalInt.empty());
    }

    private ImagePipeline pipelineWithQuota(OptionalInt perHour) {
        return new ImagePipeline(new PipelineParts(
                new KeyScheme(ProviderIdentity.builtIn("demo")),
                versions,
                index,
                store,
                false,
                leases,
                limiter,
                settler,
                Permitted.generator(provider, limiter, settler, clock, pause),
                provider,
                (request, lane, deadline) -> refusal,
                new FreshnessPolicy(TTL, STALE_TTL, HOUR, Map.of()),
                new MemoryCallerQuota(perHour, clock),
                backlog,
                drain,
                mostFollowers,
                Duration.ofSeconds(25),
                this::checkSigner,
                pause,
                clock,
                threads));
    }

    private void checkSigner() {
        signerChecks.add(Thread.currentThread());
        if (!hasSigningKey) {
            throw new SigningKeyUnavailableException("unset", new IllegalStateException());
        }
    }

    @AfterEach
    void stop() {
        provider.letGo();
        threads.shutdownNow();
        threads.close();
    }

    @Test
    void aMissIsGeneratedAndStoredAndThenAHit() {
        assertThat(obtain()).isInstanceOf(ImageOutcome.Stored.class);
        assertThat(obtain()).isInstanceOf(ImageOutcome.Hit.class);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void aHitIsAnsweredOnTheCallingThread() {
        obtain();
        assertThat(pipeline.obtain(patiently(REQUEST)).toCompletableFuture()).isCompleted();
    }

    @Test
    void withoutASigningKeyNothingIsBoughtForACallerButHitsAreAnswered() {
        hasSigningKey = false;
        assertThatThrownBy(this::obtain).isInstanceOf(SigningKeyUnavailableException.class);
        assertThat(provider.calls()).isZero();

        hasSigningKey = true;
        obtain();
        hasSigningKey = false;
        assertThat(obtain()).isInstanceOf(ImageOutcome.Hit.class);
    }

    @Test
    void theFirstHitWaitsForTheSigningKeyOnAThreadThatMayBlock() {
        obtain();
        for (Function<ImagePipeline, Object> hit : List.<Function<ImagePipeline, Object>>of(
                process -> join(process.indexLookup(REQUEST, false)).hit().orElseThrow(),
                process -> join(process.lookup(KEY, false)).orElseThrow())) {
            ImagePipeline process = otherProcess();
            signerChecks.clear();

            assertThat(hit.apply(process)).isInstanceOf(ImageOutcome.Hit.class);
            assertThat(hit.apply(process)).isInstanceOf(ImageOutcome.Hit.class);

            assertThat(signerChecks)
                    .singleElement()
                    .satisfies(thread -> assertThat(thread.isVirtual()).isTrue());
        }
    }

    @Test
    void aHitThatCannotBeSignedFailsForACallerAndNotForAJob() {
        obtain();
        hasSigningKey = false;

        assertThatThrownBy(() -> join(otherProcess().obtain(patiently(REQUEST))))
                .isInstanceOf(SigningKeyUnavailableException.class);
        assertThatThrownBy(() -> join(otherProcess().lookup(KEY, false)))
                .isInstanceOf(SigningKeyUnavailableException.class);
        assertThat(join(otherProcess().obtain(job()))).isInstanceOf(ImageOutcome.Hit.class);
    }

    @Test
    void aQueuedJobNeedsNoSigningKey() {
        hasSigningKey = false;
        assertThat(join(pipeline.obtain(job()))).isInstanceOf(ImageOutcome.Stored.class);
    }

    /** The job has ended without an image since its provider's webhook was sent. */
    @Test
    void webhookWithoutAJobToGoOnWithBuysNothing() {
        GenerationRequest webhook = GenerationRequest.ofWebhook(REQUEST, Deadline.in(Duration.ofSeconds(5), clock));

        assertThatThrownBy(() -> join(pipeline.obtain(webhook))).isInstanceOf(JobUnfinishedException.class);
        assertThat(provider.calls()).isZero();
    }

    @Test
    void freshIndexEntryIsAHitOfTheIndexLookup() {
        ImageOutcome made = obtain();
        CompletableFuture<IndexLookup> indexLookup =
                pipeline.indexLookup(REQUEST, false).toCompletableFuture();
        assertThat(indexLookup).isCompleted();
        assertThat(join(indexLookup).hit())
                .hasValueSatisfying(hit -> assertThat(hit.key()).isEqualTo(made.key()));
    }

    @Test
    void indexLookupNeitherBuysNorAsksTheStore() {
        assertThat(join(pipeline.indexLookup(REQUEST, false)).hit()).isEmpty();
        obtain();
        index.entries().clear();
        assertThat(join(pipeline.indexLookup(REQUEST, false)).hit()).isEmpty();
        index.down(true);
        assertThat(join(pipeline.indexLookup(REQUEST, false)).hit()).isEmpty();
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void expiredOrPurgedEntryIsNoHitOfTheIndexLookup() {
        obtain();
        clock.advance(TTL);
        assertThat(join(pipeline.indexLookup(REQUEST, false)).hit()).isEmpty();
        obtain();
        join(pipeline.purge(REQUEST.template()));
        assertThat(join(pipeline.indexLookup(REQUEST, false)).hit()).isEmpty();
    }

    @Test
    void requestWithAnIndexLookupDoesNotAskTheIndexAgain() {
        IndexLookup indexLookup = join(pipeline.indexLookup(REQUEST, false));
        index.down(true);
        assertThat(join(pipeline.obtain(patiently(REQUEST), indexLookup))).isInstanceOf(ImageOutcome.Stored.class);
        assertThat(join(pipeline.obtain(patiently(REQUEST), indexLookup))).isInstanceOf(ImageOutcome.Hit.class);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void lostIndexEntryIsRestoredFromTheStore() {
        obtain();
        index.entries().clear();
        assertThat(obtain()).isInstanceOf(ImageOutcome.Hit.class);
        assertThat(index.entries()).hasSize(1);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void storeAnswersWhileTheIndexIsDown() {
        obtain();
        index.down(true);
        assertThat(obtain()).isInstanceOf(ImageOutcome.Hit.class);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void indexAnswersWhileTheStoreIsDown() {
        obtain();
        store.down(true);
        assertThat(obtain()).isInstanceOf(ImageOutcome.Hit.class);
    }

    @Test
    void nothingIsBoughtWhileTheStoreIsDown() {
        store.down(true);
        assertThatThrownBy(this::obtain).isInstanceOf(StoreUnavailableException.class);
        assertThat(provider.calls()).isZero();
    }

    @Test
    void fullStoreStopsFurtherPurchases() {
        store.full(true);
        assertThatThrownBy(this::obtain).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(this::obtain).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> obtain(OTHER)).isInstanceOf(StoreUnavailableException.class);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void imageThatAFullStoreRefusedIsStoredLaterWithoutASecondBill() throws Exception {
        store.full(true);
        assertThatThrownBy(this::obtain).isInstanceOf(StoreUnavailableException.class);
        assertThat(drain.isIdle()).isFalse();
        store.full(false);

        pause.awaitSleeper(Duration.ofSeconds(2));
        pause.advance(Duration.ofSeconds(2));
        eventually(() -> store.find(KEY).isPresent() && receiptIs(Receipt.State.IMAGE));

        eventually(drain::isIdle);
        assertThat(obtain()).isInstanceOf(ImageOutcome.Hit.class);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void imageWaitsForTheStoreThroughAFailureThatNobodyForesaw() throws Exception {
        store.full(true);
        assertThatThrownBy(this::obtain).isInstanceOf(StoreUnavailableException.class);
        store.full(false);
        store.failOnce(new IllegalStateException("unforeseen"));

        for (int step = 0; step < 2; step++) {
            pause.awaitSleeper(Duration.ofSeconds(2));
            pause.advance(Duration.ofSeconds(2));
        }
        eventually(() -> store.find(KEY).isPresent());

        eventually(drain::isIdle);
        assertThat(obtain(OTHER)).isInstanceOf(ImageOutcome.Stored.class);
    }

    @Test
    void receiptOfAnImageWaitingForTheStoreIsHeld() throws Exception {
        store.full(true);
        assertThatThrownBy(this::obtain).isInstanceOf(StoreUnavailableException.class);
        for (int step = 0; step < 100; step++) {
            pause.awaitSleeper(Duration.ofSeconds(2));
            pause.advance(Duration.ofSeconds(2));
        }
        assertThat(join(otherProcess().obtain(job()))).isInstanceOf(ImageOutcome.Pending.class);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void imageWaitingForTheStoreCanBeDeleted() {
        store.full(true);
        assertThatThrownBy(this::obtain).isInstanceOf(StoreUnavailableException.class);
        join(pipeline.forget(KEY));

        store.full(false);
        obtain(OTHER);

        assertThat(join(pipeline.lookup(KEY, false))).isEmpty();
    }

    @Test
    void requestWithoutAForeseeablePermitIsQueued() {
        refusal = Optional.of(new Permit.Denied(Duration.ofSeconds(40), Permit.Reason.RATE));

        assertThat(obtain())
                .isInstanceOfSatisfying(
                        ImageOutcome.Pending.class,
                        pending -> assertThat(pending.retryAfter()).isEqualTo(Duration.ofSeconds(40)));
        assertThat(provider.calls()).isZero();
        assertThat(backlog.delays()).hasSize(1);
    }

    @Test
    void requestWithoutAForeseeablePermitFollowsAnExistingLeader() throws Exception {
        CompletableFuture<ImageOutcome> led = leading();
        refusal = Optional.of(new Permit.Denied(Duration.ofSeconds(40), Permit.Reason.RATE));
        ImagePipeline other = otherProcess();
        CompletableFuture<ImageOutcome> followed =
                other.obtain(patiently(REQUEST)).toCompletableFuture();
        pause.awaitSleeper(POLL);
        provider.letGo();
        assertThat(led.join()).isInstanceOf(ImageOutcome.Stored.class);
        pause.advance(POLL);

        assertThat(followed.join()).isInstanceOf(ImageOutcome.Ready.class);
        assertThat(backlog.delays()).isEmpty();
    }

    @Test
    void followerOfAnotherProcessGetsItsImage() throws Exception {
        CompletableFuture<ImageOutcome> led = leading();
        ImagePipeline other = otherProcess();
        CompletableFuture<ImageOutcome> followed =
                other.obtain(patiently(REQUEST)).toCompletableFuture();
        pause.awaitSleeper(POLL);
        provider.letGo();
        assertThat(led.join()).isInstanceOf(ImageOutcome.Stored.class);
        pause.advance(POLL);

        assertThat(followed.join()).isInstanceOf(ImageOutcome.Collapsed.class);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void aHundredEqualRequestsCostOneBill() throws Exception {
        provider.held();
        List<CompletableFuture<ImageOutcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            outcomes.add(pipeline.obtain(patiently(REQUEST)).toCompletableFuture());
        }
        provider.awaitCall();
        provider.letGo();
        List<ImageOutcome> landed =
                outcomes.stream().map(CompletableFuture::join).toList();
        assertThat(provider.calls()).isEqualTo(1);
        assertThat(landed).filteredOn(ImageOutcome.Stored.class::isInstance).hasSize(1);
        assertThat(landed).allMatch(ImageOutcome.Ready.class::isInstance);
    }

    @Test
    void anotherTenantsSpentBudgetDoesNotFailThoseWhoWaitForTheSameImage() throws Exception {
        mostFollowers = 1;
        ImagePipeline process = otherProcess();
        provider.doesNotLeave(OutOfCreditsException.ofTenant(clock.instant().plus(HOUR)));
        provider.held();
        CompletableFuture<ImageOutcome> spent =
                process.obtain(patiently(REQUEST)).toCompletableFuture();
        provider.awaitCall();
        CompletableFuture<ImageOutcome> one = process.obtain(patiently(REQUEST)).toCompletableFuture();
        CompletableFuture<ImageOutcome> other =
                process.obtain(patiently(REQUEST)).toCompletableFuture();
        assertThat(CompletableFuture.anyOf(one, other).join())
                .as("one too many")
                .isInstanceOf(ImageOutcome.Pending.class);

        provider.letGo();
        assertThatThrownBy(spent::join).hasCauseInstanceOf(OutOfCreditsException.class);
        pause.awaitSleeper(Duration.ofMillis(50));
        pause.advance(Duration.ofMillis(50));

        assertThat(List.of(one.join(), other.join()))
                .filteredOn(ImageOutcome.Stored.class::isInstance)
                .hasSize(1);
    }

    @Test
    void followersOverTheLimitAreAnsweredPending() throws Exception {
        mostFollowers = 1;
        ImagePipeline small = otherProcess();
        provider.held();
        CompletableFuture<ImageOutcome> led = small.obtain(patiently(REQUEST)).toCompletableFuture();
        provider.awaitCall();
        CompletableFuture<ImageOutcome> one = small.obtain(patiently(REQUEST)).toCompletableFuture();
        CompletableFuture<ImageOutcome> other = small.obtain(patiently(REQUEST)).toCompletableFuture();

        Object first = CompletableFuture.anyOf(one, other).join();

        assertThat(first).isInstanceOf(ImageOutcome.Pending.class);
        assertThat(one.isDone() && other.isDone()).isFalse();
        provider.letGo();
        assertThat(led.join()).isInstanceOf(ImageOutcome.Stored.class);
        assertThat(List.of(one.join(), other.join()))
                .filteredOn(ImageOutcome.Collapsed.class::isInstance)
                .hasSize(1);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void followersOfOtherProcessesCountTowardsTheLimit() throws Exception {
        mostFollowers = 1;
        CompletableFuture<ImageOutcome> led = leading();
        CompletableFuture<ImageOutcome> followed =
                otherProcess().obtain(patiently(REQUEST)).toCompletableFuture();
        pause.awaitSleeper(POLL);

        assertThat(join(otherProcess().obtain(patiently(REQUEST)))).isInstanceOf(ImageOutcome.Pending.class);

        provider.letGo();
        assertThat(led.join()).isInstanceOf(ImageOutcome.Stored.class);
        pause.advance(POLL);
        assertThat(followed.join()).isInstanceOf(ImageOutcome.Collapsed.class);
        assertThat(leases.takePlace(KEY, HOUR, 1)).isPresent();
    }

    @Test
    void followerLeavesAtItsDeadlineAndTheFlightContinues() throws Exception {
        CompletableFuture<ImageOutcome> leader = leading();
        ImageOutcome follower = join(pipeline.obtain(within(Duration.ofMillis(1))));
        assertThat(follower).isInstanceOf(ImageOutcome.Pending.class);
        assertThat(join(pipeline.lookup(follower.key(), false))).get().isInstanceOf(ImageOutcome.Pending.class);
        provider.letGo();
        assertThat(leader.join()).isInstanceOf(ImageOutcome.Stored.class);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void aLeaderThatLeavesAtItsDeadlineDoesNotStopTheFlight() throws Exception {
        provider.held();
        assertThat(join(pipeline.obtain(within(Duration.ofMillis(1))))).isInstanceOf(ImageOutcome.Pending.class);
        CompletableFuture<ImageOutcome> follower =
                pipeline.obtain(patiently(REQUEST)).toCompletableFuture();
        provider.awaitCall();
        provider.letGo();
        assertThat(follower.join()).isInstanceOf(ImageOutcome.Ready.class);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void respondAsyncIsQueuedAtOnceWithoutACall() {
        ImageOutcome outcome = join(pipeline.obtain(within(Duration.ZERO)));
        assertThat(outcome).isInstanceOf(ImageOutcome.Pending.class);
        assertThat(backlog.delays()).containsEntry(outcome.key(), Duration.ZERO);
        assertThat(provider.calls()).isZero();
    }

    @Test
    void pauseOfAnHourIsQueuedWithThatDelay() {
        provider.failsWith(ThrottledException.byProvider(Optional.of(HOUR)));
        ImageOutcome outcome = obtain();
        assertThat(outcome).isEqualTo(new ImageOutcome.Pending(outcome.key(), HOUR));
        assertThat(backlog.delays()).containsEntry(outcome.key(), HOUR);
    }

    @Test
    void throttledJobIsThrownToItsWorkerAndNotQueuedAgain() {
        provider.failsWith(ThrottledException.byProvider(Optional.of(HOUR)));
        assertThatThrownBy(() -> join(pipeline.obtain(job())))
                .isInstanceOfSatisfying(
                        ThrottledException.class,
                        thrown -> assertThat(thrown.retryAfter()).contains(HOUR));
        assertThat(backlog.delays()).isEmpty();
    }

    @Test
    void jobGetsTheFailureEvenWhenAStaleImageExists() {
        obtain();
        clock.advance(TTL);
        provider.failsWith(new OutOfCreditsException("spent", clock.instant().plus(HOUR)));
        assertThatThrownBy(() -> join(pipeline.obtain(job()))).isInstanceOf(OutOfCreditsException.class);
    }

    /** A bug: a second job was queued in the interactive lane, where a webhook's poll could become a purchase. */
    @Test
    void jobWhoseDeadlineHasPassedGoesBackAndQueuesNoOther() {
        GenerationRequest late = GenerationRequest.ofJob(
                REQUEST, Caller.SERVICE, Lane.BULK, Deadline.in(Duration.ofSeconds(-1), clock), Horizon.NONE);

        assertThat(join(pipeline.obtain(late))).isInstanceOf(ImageOutcome.Pending.class);
        assertThat(backlog.delays()).isEmpty();
        assertThat(provider.calls()).isZero();
    }

    @Test
    void jobRegeneratesAnImageThatExpiresBeforeItsHorizon() {
        obtain();
        clock.advance(HOUR);
        GenerationRequest job = planned(TTL);

        assertThat(join(pipeline.obtain(job))).isInstanceOf(ImageOutcome.Stored.class);
        assertThat(join(pipeline.obtain(job))).isInstanceOf(ImageOutcome.Hit.class);
        assertThat(provider.calls()).isEqualTo(2);
    }

    @Test
    void jobKeepsAnImageThatOutlastsItsHorizon() {
        obtain();
        clock.advance(HOUR);

        assertThat(join(pipeline.obtain(planned(Duration.ofHours(18))))).isInstanceOf(ImageOutcome.Hit.class);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void jobKeepsAnImageMadeSinceItsPlanBegan() {
        obtain();
        clock.advance(HOUR);
        GenerationRequest job = planned(TTL);
        IndexLookup before = join(pipeline.indexLookup(REQUEST, false));
        join(otherProcess().obtain(job));

        assertThat(join(pipeline.obtain(job, before))).isInstanceOf(ImageOutcome.Hit.class);
        assertThat(provider.calls()).isEqualTo(2);
    }

    /** A job of a plan that begins now. */
    private GenerationRequest planned(Duration period) {
        return GenerationRequest.ofJob(
                REQUEST, Caller.SERVICE, Lane.BULK, Deadline.in(HOUR, clock), Horizon.ofPlan(clock.instant(), period));
    }

    @Test
    void anExpiredImageIsRenewed() {
        obtain();
        clock.advance(TTL.plus(HOUR));
        assertThat(obtain()).isInstanceOf(ImageOutcome.Stored.class);
        assertThat(provider.calls()).isEqualTo(2);
    }

    @Test
    void staleImageIsServedWhileTheProviderIsDown() {
        obtain();
        clock.advance(TTL.plus(HOUR).plusSeconds(5));
        provider.failsWith(new UnavailableException("gone", null));
        assertThat(obtain())
                .isInstanceOfSatisfying(
                        ImageOutcome.Stale.class,
                        stale -> assertThat(stale.staleFor()).isEqualTo(HOUR.plusSeconds(5)));
    }

    @Test
    void imagePastItsStaleTimeIsNotServed() {
        obtain();
        clock.advance(TTL.plus(STALE_TTL));
        provider.failsWith(new UnavailableException("gone", null));
        assertThatThrownBy(this::obtain).isInstanceOf(UnavailableException.class);
    }

    @Test
    void aRejectionIsRememberedForAMinute() {
        provider.failsWith(new RejectedException(RejectedException.Reason.DATA, "no"));
        assertThatThrownBy(this::obtain).isInstanceOf(RejectedException.class);
        assertThatThrownBy(this::obtain).isInstanceOf(RejectedException.class);
        assertThat(provider.calls()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(1));
        assertThat(obtain()).isInstanceOf(ImageOutcome.Stored.class);
    }

    @Test
    void aRefusedApiKeyIsTriedAgainAfterAMinute() {
        provider.failsWith(new AccessRefusedException("no"));
        assertThatThrownBy(this::obtain).isInstanceOf(AccessRefusedException.class);
        assertThatThrownBy(() -> obtain(OTHER)).isInstanceOf(AccessRefusedException.class);
        assertThat(provider.calls()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(1));
        assertThat(obtain()).isInstanceOf(ImageOutcome.Stored.class);
    }

    @Test
    void aFailureIsNeverStored() {
        obtainNoImage();
        assertThat(index.entries()).isEmpty();
        assertThat(obtain()).isInstanceOf(ImageOutcome.Stored.class);
    }

    @Test
    void repeatedUnusableAnswersAreNotBoughtForEveryRequest() {
        obtainNoImage();
        obtainNoImage();
        for (int request = 0; request < 10; request++) {
            assertThatThrownBy(this::obtain).isInstanceOf(OutcomeUnknownException.class);
        }
        assertThat(provider.calls()).isEqualTo(2);
    }

    @Test
    void imageResetsTheCountOfUnusableAnswers() {
        obtainNoImage();
        join(pipeline.forget(obtain().key()));
        obtainNoImage();

        assertThat(obtain()).isInstanceOf(ImageOutcome.Stored.class);
    }

    @Test
    void anImageThatIsGoneFromTheStoreIsNoHitForWhoeverAsksToValidate() {
        ImageKey key = obtain().key();
        assertThat(join(pipeline.indexLookup(REQUEST, true)).hit()).isPresent();
        store.delete(key);
        assertThat(join(pipeline.indexLookup(REQUEST, false)).hit()).isPresent();
        assertThat(join(pipeline.indexLookup(REQUEST, true)).hit())
                .as("the store was asked a moment ago")
                .isPresent();

        clock.advance(Duration.ofSeconds(5));
        assertThat(join(pipeline.lookup(key, true))).isEmpty();
        assertThat(index.entries()).isEmpty();
        assertThat(obtain()).isInstanceOf(ImageOutcome.Stored.class);
    }

    @Test
    void whileTheStoreCannotBeReachedTheIndexIsBelieved() {
        ImageKey key = obtain().key();
        store.down(true);

        assertThat(join(pipeline.indexLookup(REQUEST, true)).hit()).isPresent();
        assertThat(join(pipeline.lookup(key, true))).get().isInstanceOf(ImageOutcome.Hit.class);
        clock.advance(TTL.plus(HOUR));
        assertThat(join(pipeline.lookup(key, false))).get().isInstanceOf(ImageOutcome.Stale.class);
    }

    /** A bug: the process remembered a deleted image, and a job for a caller who had asked again ended with it. */
    @Test
    void jobIsNotEndedByAnEntryWhoseImageIsGone() {
        obtain();
        store.delete(index.entries().keySet().iterator().next());

        assertThat(join(pipeline.obtain(job()))).isInstanceOf(ImageOutcome.Stored.class);
    }

    @Test
    void jobIgnoresTheNegativeCache() {
        provider.failsWith(new RejectedException(RejectedException.Reason.TEMPLATE, "no"));
        assertThatThrownBy(this::obtain).isInstanceOf(RejectedException.class);

        GenerationRequest job = GenerationRequest.ofJob(
                REQUEST, Caller.SERVICE, Lane.BULK, Deadline.in(Duration.ofSeconds(25), clock), Horizon.NONE);
        assertThat(join(pipeline.obtain(job))).isInstanceOf(ImageOutcome.Stored.class);
        assertThat(obtain()).isInstanceOf(ImageOutcome.Hit.class);
    }

    @Test
    void jobWhosePurchasesAreUsedUpFailsWithoutANextPurchase() {
        for (int request = 0; request < 2; request++) {
            obtainNoImage();
        }
        assertThatThrownBy(() -> join(pipeline.obtain(job())))
                .isInstanceOfSatisfying(
                        OutcomeUnknownException.class,
                        used -> assertThat(used.nextPurchase()).isEmpty());
        assertThat(provider.calls()).isEqualTo(2);
    }

    @Test
    void aLostOutcomeIsBoughtAgainOnceAndNotBeforeTheCallMustHaveEnded() {
        Duration longestCall = Permitted.WIDE.longestCall();
        provider.failsWith(new OutcomeUnknownException("silence", null))
                .failsWith(new OutcomeUnknownException("silence", null));
        assertThatThrownBy(this::obtain).isInstanceOf(OutcomeUnknownException.class);
        clock.advance(longestCall.minusMillis(1));
        assertThatThrownBy(this::obtain).isInstanceOf(OutcomeUnknownException.class);
        assertThat(provider.calls()).isEqualTo(1);

        clock.advance(Duration.ofMillis(1));
        assertThatThrownBy(this::obtain).isInstanceOf(OutcomeUnknownException.class);
        assertThat(provider.calls()).isEqualTo(2);
        clock.advance(Duration.ofHours(12));

        assertThatThrownBy(this::obtain)
                .isInstanceOfSatisfying(
                        OutcomeUnknownException.class,
                        lost -> assertThat(lost.nextPurchase()).isEmpty());
        assertThat(provider.calls()).isEqualTo(2);
    }

    @Test
    void failureFromTheNegativeCacheCostsNoQuota() {
        ImagePipeline metered = pipelineWithQuota(OptionalInt.of(1));
        obtainNoImage();
        obtainNoImage();

        assertThatThrownBy(() -> join(metered.obtain(patiently(REQUEST)))).isInstanceOf(OutcomeUnknownException.class);

        assertThat(join(metered.obtain(patiently(OTHER)))).isInstanceOf(ImageOutcome.Stored.class);
    }

    @Test
    void imageDeletedDuringItsGenerationIsNotStored() throws Exception {
        CompletableFuture<ImageOutcome> made = leading();
        join(pipeline.forget(KEY));
        provider.letGo();

        assertThatThrownBy(() -> join(made)).isInstanceOf(DeletedMeanwhileException.class);
        assertThat(store.find(KEY)).isEmpty();
        assertThat(join(pipeline.lookup(KEY, false))).isEmpty();
        assertThat(obtain()).isInstanceOf(ImageOutcome.Stored.class);
        assertThat(provider.calls()).isEqualTo(2);
    }

    @Test
    void imageDeletedWhileItIsMadeAnewIsNotServedAsStale() throws Exception {
        obtain();
        clock.advance(TTL.plus(HOUR));
        CompletableFuture<ImageOutcome> made = leading();
        join(pipeline.forget(KEY));
        provider.letGo();

        assertThatThrownBy(() -> join(made)).isInstanceOf(DeletedMeanwhileException.class);
    }

    @Test
    void aJobWhoseKeyIsBeingBoughtWaitsAlone() throws Exception {
        CompletableFuture<ImageOutcome> led = leading();
        assertThat(join(pipeline.obtain(job())))
                .isInstanceOfSatisfying(
                        ImageOutcome.Pending.class,
                        waits -> assertThat(waits.retryAfter()).isEqualTo(Duration.ofSeconds(5)));

        provider.letGo();
        assertThat(led.join()).isInstanceOf(ImageOutcome.Stored.class);
    }

    @Test
    void staleImageIsServedAtOnceAndRefreshedInTheBackground() {
        ImagePipeline metered = pipelineWithQuota(OptionalInt.of(1));
        join(metered.obtain(patiently(REQUEST)));
        clock.advance(TTL.plus(HOUR).minusMillis(1));

        assertThat(join(metered.obtain(patiently(REQUEST)))).isInstanceOf(ImageOutcome.Stale.class);
        eventually(() -> backlog.refreshed().equals(List.of(KEY)));
        assertThat(provider.calls()).isEqualTo(1);
        assertThat(join(metered.obtain(patiently(OTHER)))).isInstanceOf(ImageOutcome.Stored.class);
    }

    @Test
    void aPurgedTemplateIsAMiss() {
        obtain();
        assertThat(join(pipeline.purge(REQUEST.template()))).isEqualTo(1L);
        assertThat(obtain()).isInstanceOf(ImageOutcome.Stored.class);
        assertThat(provider.calls()).isEqualTo(2);
    }

    @Test
    void aForgottenImageIsGoneFromIndexAndStore() {
        ImageKey key = obtain().key();
        join(pipeline.forget(key));
        assertThat(join(pipeline.lookup(key, false))).isEmpty();
        assertThat(obtain()).isInstanceOf(ImageOutcome.Stored.class);
    }

    /** Otherwise the index would keep an entry without an image. */
    @Test
    void deleteChangesNothingWhileTheIndexIsDown() {
        ImageKey key = obtain().key();
        index.down(true);
        assertThatThrownBy(() -> join(pipeline.forget(key))).isInstanceOf(CacheUnavailableException.class);
        index.down(false);

        assertThat(store.find(key)).isPresent();
        join(pipeline.forget(key));
        assertThat(store.find(key)).isEmpty();
        assertThat(obtain()).isInstanceOf(ImageOutcome.Stored.class);
    }

    @Test
    void onlyRequestsThatMayCostAreCharged() {
        ImagePipeline metered = pipelineWithQuota(OptionalInt.of(1));
        assertThat(join(metered.obtain(patiently(REQUEST)))).isInstanceOf(ImageOutcome.Stored.class);
        assertThat(join(metered.obtain(patiently(REQUEST)))).isInstanceOf(ImageOutcome.Hit.class);
        ImageRequest other = new ImageRequest(REQUEST.template(), TemplateData.of("{}"), ImageFormat.PNG);
        assertThatThrownBy(() -> join(metered.obtain(patiently(other)))).isInstanceOf(QuotaExceededException.class);
        assertThat(provider.calls()).isEqualTo(1);
    }

    @Test
    void quotaOfAnUnbilledRequestIsReturned() {
        ImagePipeline metered = pipelineWithQuota(OptionalInt.of(1));
        provider.failsWith(new UnavailableException("gone", null));
        assertThatThrownBy(() -> join(metered.obtain(patiently(REQUEST)))).isInstanceOf(UnavailableException.class);
        assertThat(join(metered.obtain(patiently(REQUEST)))).isInstanceOf(ImageOutcome.Stored.class);
    }

    @Test
    void anImageStoredByAnotherProcessIsNotBoughtAgain() {
        IndexEntry entry = new FreshnessPolicy(TTL, STALE_TTL, HOUR, Map.of())
                .entryFor(KEY, REQUEST.template(), FakeGenerator.image(), clock.instant());
        store.put(entry, FakeGenerator.image().content());
        assertThat(obtain()).isInstanceOf(ImageOutcome.Hit.class);
        assertThat(provider.calls()).isZero();
    }

    private boolean receiptIs(Receipt.State state) {
        return limiter.find(KEY).filter(receipt -> receipt.state() == state).isPresent();
    }

    private static void eventually(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private ImageOutcome obtain(ImageRequest request) {
        return join(pipeline.obtain(patiently(request)));
    }

    private ImageOutcome obtain() {
        return join(pipeline.obtain(patiently(REQUEST)));
    }

    /** A request whose call to the provider is under way, until {@code provider.letGo()}. */
    private CompletableFuture<ImageOutcome> leading() throws InterruptedException {
        provider.held();
        CompletableFuture<ImageOutcome> led =
                pipeline.obtain(patiently(REQUEST)).toCompletableFuture();
        provider.awaitCall();
        return led;
    }

    /** A job of the queue, of which nobody waits for the image. */
    private GenerationRequest job() {
        return GenerationRequest.ofJob(REQUEST, Caller.SERVICE, Lane.BULK, Deadline.in(HOUR, clock), Horizon.NONE);
    }

    private void obtainNoImage() {
        provider.failsWith(new NotAnImageException("html"));
        assertThatThrownBy(this::obtain).isInstanceOf(NotAnImageException.class);
    }

    private GenerationRequest patiently(ImageRequest request) {
        return GenerationRequest.onDemand(request, new Caller("test"), Deadline.in(Duration.ofSeconds(20), clock));
    }

    private GenerationRequest within(Duration patience) {
        return GenerationRequest.onDemand(REQUEST, new Caller("test"), Deadline.in(patience, clock));
    }

    private static <T> T join(CompletionStage<T> stage) {
        return Callables.await(stage);
    }

    /** One version for every template. */
    private static final class Versions implements TemplateVersions {

        private final AtomicLong version = new AtomicLong();

        @Override
        public CompletionStage<Long> current(TemplateId template) {
            return CompletableFuture.completedFuture(version.get());
        }

        @Override
        public long raise(TemplateId template) {
            return version.incrementAndGet();
        }

        @Override
        public Duration visibleWithin() {
            return Duration.ZERO;
        }
    }
}
