package dev.afterimage.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.batch.Batch;
import dev.afterimage.cache.Horizon;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.generation.AccountChoice.Apis;
import dev.afterimage.generation.GenerationException.JobUnfinishedException;
import dev.afterimage.generation.GenerationException.KeyUnavailableException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.jobs.JobOutcomes.AttemptPolicy;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.Receipts.OpenJob;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.pipeline.ImageService.IndexLookup;
import dev.afterimage.testing.CallbackReceiver;
import dev.afterimage.testing.CallersThread;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MemoryBatchLedger;
import dev.afterimage.testing.MemoryJobQueue;
import dev.afterimage.testing.MemoryPendingKeys;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Permitted;
import dev.afterimage.time.Deadline;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class WorkerTest {

    private static final Duration NOW = Duration.ZERO;
    private static final String CARD = "card";
    private static final String BADGE = "badge";
    private static final String BATCH = "01jqvcx7h5m0a2b3c4d5e6f7g8";

    private final MutableClock clock = new MutableClock(Instant.parse("2026-03-01T00:00:00Z"));
    private final MemoryJobQueue queue = new MemoryJobQueue(clock);
    private final MemoryBatchLedger ledger = new MemoryBatchLedger(clock);
    private final MemoryPendingKeys marks = new MemoryPendingKeys();
    private final List<GenerationRequest> requests = Collections.synchronizedList(new ArrayList<>());
    private Function<GenerationRequest, CompletionStage<ImageOutcome>> provider = WorkerTest::stored;
    private final CallbackReceiver receiver = new CallbackReceiver();
    private final Worker worker = worker(5, new CallersThread());

    private Worker worker(int concurrency, ExecutorService threads) {
        return worker(concurrency, threads, new Permitted.OneAccount());
    }

    private Worker worker(int concurrency, ExecutorService threads, Apis apis) {
        return new Worker(
                queue, runner(queue), apis, concurrency, Duration.ofMinutes(1), clock, new FakePause(clock), threads);
    }

    private JobRunner runner(JobQueue told) {
        JobOutcomes outcomes = new JobOutcomes(
                new AttemptPolicy(3, Duration.ofSeconds(15), Duration.ofMinutes(15), 2), clock, () -> 0L);
        return new JobRunner(
                new Service(),
                told,
                ledger,
                marks,
                outcomes,
                receiver.callbacks(queue, clock, CallbackReceiver.SECRET));
    }

    @Test
    void aJobTakesTheLaneOfItsQueueAndTheQuotaOfItsCaller() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1), Jobs.interactive(2)), NOW);

        assertThat(worker.takeJobsOnce(NOW)).isEqualTo(2);

        assertThat(requests).extracting(GenerationRequest::lane).containsExactly(Lane.INTERACTIVE, Lane.BULK);
        assertThat(requests.get(1).caller()).isEqualTo(Jobs.bulk(1).caller());
        assertThat(requests.get(1).deadline()).isEqualTo(Deadline.in(Duration.ofMinutes(1), clock));
        assertThat(queue.status().depth()).isZero();
    }

    @Test
    void noMoreJobsAreInHandThanTheConcurrencyAllows() throws Exception {
        for (int i = 0; i < 9; i++) {
            queue.enqueue(List.of(Jobs.bulk(i)), NOW);
        }
        CountDownLatch started = new CountDownLatch(5);
        CompletableFuture<Void> go = new CompletableFuture<>();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger inHand = new AtomicInteger();
        provider = generationRequest -> {
            most.accumulateAndGet(inHand.incrementAndGet(), Math::max);
            started.countDown();
            return go.thenCompose(done -> {
                inHand.decrementAndGet();
                return stored(generationRequest);
            });
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Worker parallel = worker(5, threads);
            assertThat(parallel.takeJobsOnce(NOW)).isEqualTo(5);
            assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
            go.complete(null);
            for (int left = 4; left > 0; ) {
                left -= parallel.takeJobsOnce(NOW);
            }
            assertThat(parallel.stop(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(most).hasValueBetween(1, 5);
        assertThat(queue.status().depth()).isZero();
    }

    /** A bug: the loop once ended for good with the first unexpected exception. */
    @Test
    void loopContinuesWhateverTheQueueThrows() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        queue.failToClaim(
                new QueueUnavailableException("gone", new IllegalStateException()),
                new IllegalStateException("unforeseen"),
                new IllegalArgumentException("unforeseen"));
        CountDownLatch done = new CountDownLatch(1);
        provider = generationRequest -> {
            done.countDown();
            return stored(generationRequest);
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Worker running = worker(5, threads);
            running.start();
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(running.isHealthy()).isTrue();
            assertThat(running.stop(Duration.ofSeconds(30))).isTrue();
        }
    }

    @Test
    void workerWhoseLoopDiedIsUnhealthyAndAStoppedOneIsNot() throws Exception {
        Worker idle = worker(5, new CallersThread());
        assertThat(idle.isHealthy()).as("before it starts").isTrue();
        Thread.currentThread().interrupt();
        idle.start();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(idle.isHealthy()).as("with a loop that ended").isFalse();
        idle.stop(NOW);
        assertThat(idle.isHealthy()).as("stopped").isTrue();
    }

    /** A bug: eleven minutes without Redis, where the ledger lies, once dead-lettered batch jobs as "its worker died". */
    @Test
    void jobWhoseEndCannotBeRecordedIsRequeuedWithoutUsingAnAttempt() throws Exception {
        ledger.open(BATCH, Caller.SERVICE, clock.instant());
        queue.enqueue(List.of(Jobs.ofBatch(BATCH, 1)), NOW);
        ledger.lose(true);
        for (int minute = 0; minute < 60; minute++) {
            worker.takeJobsOnce(NOW);
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(queue.deadLetters()).isEmpty();
        ledger.lose(false);

        assertThat(worker.takeJobsOnce(NOW)).isEqualTo(1);
        assertThat(queue.deadLetters()).isEmpty();
        assertThat(queue.status().depth()).isZero();
        assertThat(ledger.find(BATCH).orElseThrow().counts().generated()).isEqualTo(1);
    }

    @Test
    void aThrottledJobComesBackWhenItMayAndLosesNoAttempt() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        provider = failing(ThrottledException.byProvider(Duration.ofSeconds(45)));
        for (int i = 0; i < 10; i++) {
            assertThat(worker.takeJobsOnce(NOW)).isEqualTo(1);
            clock.advance(Duration.ofSeconds(44));
            assertThat(worker.takeJobsOnce(NOW)).isZero();
            clock.advance(Duration.ofSeconds(1));
        }
        provider = WorkerTest::stored;

        assertThat(worker.takeJobsOnce(NOW)).isEqualTo(1);
        assertThat(queue.status().depth()).isZero();
        assertThat(queue.deadLetters()).isEmpty();
    }

    @Test
    void anUnfinishedJobComesBackAloneAndLosesNoAttempt() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1), Jobs.bulk(2)), NOW);
        provider = failing(new JobUnfinishedException(Duration.ofSeconds(7))
                .withJob(new OpenJob("token", clock.instant(), "default", "", "https://api/jobs/1")));
        for (int i = 0; i < 10; i++) {
            assertThat(worker.takeJobsOnce(NOW)).as("the lane stays open").isEqualTo(2);
            clock.advance(Duration.ofSeconds(6));
            assertThat(worker.takeJobsOnce(NOW)).isZero();
            clock.advance(Duration.ofSeconds(1));
        }
        provider = WorkerTest::stored;

        assertThat(worker.takeJobsOnce(NOW)).isEqualTo(2);
        assertThat(queue.status().depth()).isZero();
        assertThat(queue.deadLetters()).isEmpty();
    }

    @Test
    void jobThatMustWaitPausesItsLaneAndNotTheOther() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        provider = failing(new OutOfCreditsException("spent", clock.instant().plus(Duration.ofDays(20))));
        worker.takeJobsOnce(NOW);
        queue.enqueue(List.of(Jobs.bulk(2), Jobs.interactive(3)), NOW);

        assertThat(worker.takeJobsOnce(NOW)).isEqualTo(1);
        assertThat(requests.getLast().lane()).isEqualTo(Lane.INTERACTIVE);

        clock.advance(PausedLanes.LONGEST);
        assertThat(worker.takeJobsOnce(NOW)).isEqualTo(1);
    }

    /** A bug: a catalogue behind that of an API without credits was not made that night. */
    @Test
    void jobsOfAnotherApiPassThoseOfAnApiWithoutCredits() throws Exception {
        queueFiftyOfEachApi();
        provider = withoutCredits(CARD);
        Worker ofBoth = worker(5, new CallersThread(), new ApiByTemplate());
        int rounds = 0;
        while (ofBoth.takeJobsOnce(NOW) > 0) {
            rounds++;
        }

        assertThat(rounds).isEqualTo(100 / 5);
        assertThat(calls(BADGE)).isEqualTo(50);
        assertThat(calls(CARD)).isEqualTo(1);
        assertThat(queue.status().depth()).isEqualTo(50);

        provider = WorkerTest::stored;
        for (int second = 0; second < 60; second++) {
            clock.advance(Duration.ofSeconds(1));
            while (ofBoth.takeJobsOnce(NOW) > 0) {}
        }
        assertThat(queue.status().depth()).isZero();
        assertThat(queue.deadLetters()).isEmpty();
    }

    @Test
    void jobsThatOnlyWaitForAPausedApiAreClaimedFromTimeToTime() throws Exception {
        for (int i = 0; i < 1000; i++) {
            queue.enqueue(List.of(Jobs.bulk(i)), NOW);
        }
        provider = withoutCredits(CARD);
        Worker ofBoth = worker(5, new CallersThread(), new ApiByTemplate());
        while (ofBoth.takeJobsOnce(NOW) > 0) {}
        int claimed = 0;
        for (int second = 0; second < 600; second++) {
            clock.advance(Duration.ofSeconds(1));
            for (int taken = ofBoth.takeJobsOnce(NOW); taken > 0; taken = ofBoth.takeJobsOnce(NOW)) {
                claimed += taken;
            }
        }

        assertThat(claimed).as("in ten minutes").isLessThanOrEqualTo(600 * 20);
        assertThat(calls(CARD)).as("one in 30 s").isLessThanOrEqualTo(1 + 600 / 30);
    }

    @Test
    void apisThatMustAllWaitPauseTheWholeLane() throws Exception {
        queueFiftyOfEachApi();
        provider = failing(new OutOfCreditsException("spent", clock.instant().plus(Duration.ofDays(20))));
        Worker ofBoth = worker(5, new CallersThread(), new ApiByTemplate());
        while (ofBoth.takeJobsOnce(NOW) > 0) {}

        assertThat(calls(CARD) + calls(BADGE)).isEqualTo(2);
        queue.enqueue(List.of(Jobs.bulk(101)), NOW);
        assertThat(ofBoth.takeJobsOnce(NOW)).isZero();
    }

    /** Its image is paid for, and the provider may not keep it for long. */
    @Test
    void jobThatIsSetDownAtAPausedApiRuns() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        provider = withoutCredits(CARD);
        Worker ofBoth = worker(5, new CallersThread(), new ApiByTemplate());
        ofBoth.takeJobsOnce(NOW);
        provider = WorkerTest::stored;
        OpenJob open = new OpenJob("token", clock.instant(), "default", "", "https://api/jobs/2");
        queue.enqueue(List.of(Jobs.bulk(2).goingOnWith(open), Jobs.bulk(3)), NOW);

        ofBoth.takeJobsOnce(NOW);

        assertThat(requests).extracting(GenerationRequest::request).containsExactly(Jobs.request(1), Jobs.request(2));
    }

    /** The API of each template has the template's name. */
    private record ApiByTemplate() implements Apis {
        @Override
        public String api(ImageRequest request) {
            return request.template().value();
        }

        @Override
        public Set<String> apis() {
            return Set.of(CARD, BADGE);
        }
    }

    private void queueFiftyOfEachApi() {
        for (int i = 0; i < 50; i++) {
            queue.enqueue(List.of(Jobs.bulk(i)), NOW);
        }
        for (int i = 50; i < 100; i++) {
            ImageRequest badge = new ImageRequest(new TemplateId(BADGE), TemplateData.of("{}"), ImageFormat.PNG, i);
            queue.enqueue(
                    List.of(new Job.Image(
                            "job-" + i,
                            Jobs.KEYS.keyOf(badge, 0),
                            badge,
                            Lane.BULK,
                            Caller.SERVICE,
                            Optional.empty(),
                            Horizon.NONE)),
                    NOW);
        }
    }

    private Function<GenerationRequest, CompletionStage<ImageOutcome>> withoutCredits(String api) {
        return generationRequest ->
                generationRequest.request().template().value().equals(api)
                        ? failing(new OutOfCreditsException(
                                        "spent", clock.instant().plus(Duration.ofDays(20))))
                                .apply(generationRequest)
                        : stored(generationRequest);
    }

    private long calls(String api) {
        return requests.stream()
                .filter(call -> call.request().template().value().equals(api))
                .count();
    }

    /** A stop of a lane may end before the time that it names, and its jobs must not sleep on. */
    @Test
    void jobOfAStoppedLaneComesBackAfterAMinuteUnlessJobsAreDeliveredUnasked() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1), Jobs.bulk(2)), NOW);
        provider = failing(new OutOfCreditsException("spent", clock.instant().plus(Duration.ofDays(20))));
        worker(1, new CallersThread()).takeJobsOnce(NOW);
        worker.process(
                Map.of("m2", queue.claim(Set.of(Lane.BULK), 1, NOW).getFirst()),
                Deadline.in(Duration.ofSeconds(10), clock));

        clock.advance(Duration.ofMinutes(1));
        assertThat(queue.claim(Set.of(Lane.BULK), 2, NOW))
                .extracting(claim -> claim.job().id())
                .containsExactly(Jobs.bulk(1).id());
        clock.advance(LaneStop.Reason.OUT_OF_CREDITS.probedEvery());
        assertThat(queue.claim(Set.of(Lane.BULK), 2, NOW))
                .extracting(claim -> claim.job().id())
                .contains(Jobs.bulk(2).id());
    }

    @Test
    void outageUsesUpAttemptsAndEndsOnTheDeadLetterQueue() throws Exception {
        ledger.open(BATCH, Caller.SERVICE, clock.instant());
        ledger.seal(BATCH, 1, "hash");
        queue.enqueue(List.of(Jobs.ofBatch(BATCH, 1)), NOW);
        provider = failing(new UnavailableException("503", null));
        for (int i = 0; i < 3; i++) {
            assertThat(worker.takeJobsOnce(NOW)).isEqualTo(1);
            clock.advance(Duration.ofMinutes(2));
        }

        assertThat(queue.deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.reason()).contains("3 attempts"));
        assertThat(batch().failures()).containsExactly(new Batch.Failure(1, "503 Given up after 3 attempts."));
        assertThat(batch().state()).isEqualTo(Batch.State.FINISHED);

        // The cause is gone, and an operator redrives.
        provider = WorkerTest::stored;
        queue.redrive(10, job -> {});
        worker.takeJobsOnce(NOW);

        assertThat(batch().failures()).isEmpty();
        assertThat(batch().done()).isEqualTo(1);
        assertThat(batch().counts().failed()).isZero();
    }

    /** A bug: an unreadable secret put the whole queue on the dead-letter queue within half an hour. */
    @Test
    void unreadableApiKeyUsesUpNoAttempt() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        provider = failing(new KeyUnavailableException("the provider's API key cannot be read", null));
        for (int delivery = 0; delivery < 20; delivery++) {
            assertThat(worker.takeJobsOnce(NOW)).isEqualTo(1);
            clock.advance(Duration.ofMinutes(1));
        }

        assertThat(queue.claim(Set.of(Lane.BULK), 1, NOW))
                .singleElement()
                .satisfies(claim -> assertThat(claim.attempts()).isZero());
        assertThat(queue.deadLetters()).isEmpty();
    }

    @Test
    void rejectedJobIsDeadLetteredAtOnce() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        provider = failing(new RejectedException(RejectedException.Reason.TEMPLATE, "No such template."));

        worker.takeJobsOnce(NOW);

        assertThat(queue.deadLetters())
                .containsExactly(new MemoryJobQueue.DeadLetter(Jobs.bulk(1), "No such template."));
    }

    @Test
    void aJobThatIsDeliveredTwiceIsCountedOnce() throws Exception {
        ledger.open(BATCH, Caller.SERVICE, clock.instant());
        ledger.seal(BATCH, 2, "hash");
        queue.enqueue(List.of(Jobs.ofBatch(BATCH, 1), Jobs.ofBatch(BATCH, 1), Jobs.ofBatch(BATCH, 2)), NOW);

        worker.takeJobsOnce(NOW);

        assertThat(batch().done()).isEqualTo(2);
        assertThat(batch().pending()).isZero();
    }

    @Test
    void unstartedJobsOfACancelledBatchAreDropped() throws Exception {
        ledger.open(BATCH, Caller.SERVICE, clock.instant());
        ledger.seal(BATCH, 1, "hash");
        queue.enqueue(List.of(Jobs.ofBatch(BATCH, 1)), NOW);
        ledger.cancel(BATCH);

        worker.takeJobsOnce(NOW);

        assertThat(requests).isEmpty();
        assertThat(queue.status().depth()).isZero();
    }

    @Test
    void aJobOfACancelledBatchThatIsPaidForIsFetched() throws Exception {
        ledger.open(BATCH, Caller.SERVICE, clock.instant());
        ledger.seal(BATCH, 1, "hash");
        OpenJob paid = new OpenJob("token", clock.instant(), "default", "", "https://api/jobs/1");
        queue.enqueue(List.of(Jobs.ofBatch(BATCH, 1).goingOnWith(paid)), NOW);
        ledger.cancel(BATCH);

        worker.takeJobsOnce(NOW);

        assertThat(requests)
                .singleElement()
                .satisfies(request -> assertThat(request.open()).contains(paid));
        assertThat(queue.status().depth()).isZero();
    }

    @Test
    void jobWhoseWorkersKeepDyingIsDeadLettered() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        for (int i = 0; i < 2; i++) {
            queue.claim(EnumSet.allOf(Lane.class), 1, NOW);
            clock.advance(queue.visibilityTimeout());
        }

        worker.takeJobsOnce(NOW);

        assertThat(requests).isEmpty();
        assertThat(queue.deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.reason()).contains("2 times"));
    }

    @Test
    void queuedKeyIsPendingUntilItsJobEnds() throws Exception {
        QueuedBacklog backlog = new QueuedBacklog(queue, marks, new TimeOrderedIds(clock, new Random(1)));
        ImageKey key = Jobs.interactive(1).key();
        backlog.accept(key, Jobs.request(1), Caller.SERVICE, Duration.ofSeconds(10));
        backlog.accept(key, Jobs.request(1), Caller.SERVICE, Duration.ofSeconds(10));

        assertThat(backlog.contains(key)).isTrue();
        assertThat(queue.status().interactive()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(10));
        worker.takeJobsOnce(NOW);

        assertThat(backlog.contains(key)).isFalse();
        assertThat(requests).hasSize(1);
    }

    /** A bug: the mark of a job that had ended was set again, and nobody was left to clear it. */
    @Test
    void markOfAJobThatEndedStaysClearedWhenTheQueuesAnswerIsLost() throws Exception {
        JobQueue losing = failingAt("complete", true);
        Job.Image job = Jobs.interactive(1);
        marks.intend(job.key());
        queue.enqueue(List.of(job), NOW);
        marks.confirm(job.key());
        JobQueue.Claim claim = queue.claim(EnumSet.of(Lane.INTERACTIVE), 1, NOW).getFirst();

        runner(losing).run(claim, Deadline.in(Duration.ofMinutes(1), clock), Duration.ofMinutes(1));

        assertThat(marks.of(job.key())).isEqualTo(PendingKeys.Mark.NONE);
        assertThat(queue.status().depth()).isZero();
    }

    /** A bug: callbacks said "failed", and then the job came back and made the image. */
    @Test
    void jobThatTheQueueDoesNotLetGoIsNotNotedAsGivenUp() throws Exception {
        Job.Image job = Jobs.interactive(1);
        queue.enqueue(List.of(job), NOW);
        JobQueue.Claim claim = queue.claim(EnumSet.of(Lane.INTERACTIVE), 1, NOW).getFirst();
        provider = failing(new RejectedException(RejectedException.Reason.DATA, "bad"));

        runner(failingAt("deadLetter", false))
                .run(claim, Deadline.in(Duration.ofMinutes(1), clock), Duration.ofMinutes(1));

        assertThat(marks.isGivenUp(job.key())).isFalse();
        assertThat(queue.status().interactive()).isEqualTo(1);
    }

    /** A bug: the note of a job that was given up took the mark of the job that was promised after it. */
    @Test
    void jobThatIsGivenUpLeavesTheMarkOfTheNextOne() throws Exception {
        Job.Image job = Jobs.interactive(1);
        queue.enqueue(List.of(job), NOW);
        JobQueue.Claim claim = queue.claim(EnumSet.of(Lane.INTERACTIVE), 1, NOW).getFirst();
        provider = failing(new RejectedException(RejectedException.Reason.DATA, "bad"));
        QueuedBacklog backlog = new QueuedBacklog(queue, marks, new TimeOrderedIds(clock, new Random(1)));
        JobQueue slow = (JobQueue) Proxy.newProxyInstance(
                JobQueue.class.getClassLoader(), new Class<?>[] {JobQueue.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("deadLetter")) {
                        backlog.accept(job.key(), job.request(), Caller.SERVICE, Duration.ofDays(1));
                    }
                    return method.invoke(queue, arguments);
                });

        runner(slow).run(claim, Deadline.in(Duration.ofMinutes(1), clock), Duration.ofMinutes(1));

        assertThat(queue.status().interactive()).isEqualTo(1);
        assertThat(marks.of(job.key())).isEqualTo(PendingKeys.Mark.CONFIRMED);
    }

    /** The queue, one of whose calls fails, whether it is carried out or not. */
    private JobQueue failingAt(String call, boolean carriedOut) {
        return (JobQueue) Proxy.newProxyInstance(
                JobQueue.class.getClassLoader(), new Class<?>[] {JobQueue.class}, (proxy, method, arguments) -> {
                    boolean fails = method.getName().equals(call);
                    Object answer = !fails || carriedOut ? method.invoke(queue, arguments) : null;
                    if (fails) {
                        throw new QueueUnavailableException("no answer", new IllegalStateException());
                    }
                    return answer;
                });
    }

    @Test
    void lostMarkIsSetAgainWhenItsJobIsPutBackAndTellsWhenTheJobIsGivenUp() throws Exception {
        Job.Image job = Jobs.interactive(1);
        queue.enqueue(List.of(job), NOW);
        provider = failing(ThrottledException.byLimiter(Duration.ofSeconds(2)));
        worker.takeJobsOnce(NOW);
        assertThat(marks.of(job.key())).isEqualTo(PendingKeys.Mark.CONFIRMED);

        provider = failing(new RejectedException(RejectedException.Reason.DATA, "bad"));
        clock.advance(Duration.ofSeconds(2));
        worker.takeJobsOnce(NOW);

        assertThat(marks.of(job.key())).isEqualTo(PendingKeys.Mark.NONE);
        assertThat(marks.isGivenUp(job.key())).isTrue();
    }

    /** A bug: a catalogue's job that was put back kept its key out of the interactive lane. */
    @Test
    void bulkJobMarksNoKeyAsPromisedWhetherItIsPutBackOrGivenUp() throws Exception {
        QueuedBacklog backlog = new QueuedBacklog(queue, marks, new TimeOrderedIds(clock, new Random(1)));
        Job.Image job = Jobs.bulk(1);
        queue.enqueue(List.of(job), NOW);
        provider = failing(ThrottledException.byLimiter(Duration.ofSeconds(2)));
        worker.takeJobsOnce(NOW);

        backlog.accept(job.key(), job.request(), Caller.SERVICE, Duration.ofDays(1));
        assertThat(queue.status().interactive()).isEqualTo(1);

        provider = failing(new RejectedException(RejectedException.Reason.DATA, "bad"));
        clock.advance(Duration.ofSeconds(2));
        worker.takeJobsOnce(NOW);

        assertThat(queue.deadLetters()).hasSize(1);
        assertThat(marks.of(job.key())).isEqualTo(PendingKeys.Mark.CONFIRMED);
        assertThat(marks.isGivenUp(job.key())).isFalse();
    }

    @Test
    void markOfARefreshLastsUntilItsJobEnds() throws Exception {
        QueuedBacklog backlog = new QueuedBacklog(queue, marks, new TimeOrderedIds(clock, new Random(1)));
        ImageKey key = Jobs.bulk(1).key();
        backlog.refresh(key, Jobs.request(1));
        provider = failing(ThrottledException.byLimiter(Duration.ofSeconds(2)));
        worker.takeJobsOnce(NOW);
        assertThat(marks.of(PendingKeys.ofRefresh(key))).isEqualTo(PendingKeys.Mark.CONFIRMED);

        provider = generationRequest -> stored(generationRequest);
        clock.advance(Duration.ofSeconds(2));
        worker.takeJobsOnce(NOW);

        assertThat(marks.of(PendingKeys.ofRefresh(key))).isEqualTo(PendingKeys.Mark.NONE);
    }

    @Test
    void markOfAProcessThatDiedBeforeQueuingDoesNotLoseTheNextJob() {
        QueuedBacklog backlog = new QueuedBacklog(queue, marks, new TimeOrderedIds(clock, new Random(1)));
        ImageKey key = Jobs.interactive(1).key();
        marks.intend(key);

        backlog.accept(key, Jobs.request(1), Caller.SERVICE, NOW);

        assertThat(queue.status().interactive()).isEqualTo(1);
        assertThat(marks.of(key)).isEqualTo(PendingKeys.Mark.CONFIRMED);
    }

    @Test
    void claimOfASlowJobIsRenewed() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        CompletableFuture<ImageOutcome> slow = new CompletableFuture<>();
        CountDownLatch started = new CountDownLatch(1);
        provider = generationRequest -> {
            started.countDown();
            return slow;
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Worker parallel = worker(1, threads);
            parallel.takeJobsOnce(NOW);
            started.await();
            for (int i = 0; i < 4; i++) {
                clock.advance(queue.visibilityTimeout().minusSeconds(1));
                parallel.extendClaims();
            }
            assertThat(queue.claim(EnumSet.allOf(Lane.class), 1, NOW)).isEmpty();
            slow.complete(stored(requests.getFirst()).toCompletableFuture().join());
            assertThat(parallel.stop(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(queue.status().depth()).isZero();
    }

    @Test
    void aStartedWorkerEmptiesTheQueueAndStops() throws Exception {
        CountDownLatch done = new CountDownLatch(50);
        provider = generationRequest -> {
            done.countDown();
            return stored(generationRequest);
        };
        for (int i = 0; i < 50; i++) {
            queue.enqueue(List.of(Jobs.bulk(i)), NOW);
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Worker started = new Worker(
                    queue,
                    new JobRunner(
                            new Service(),
                            queue,
                            ledger,
                            marks,
                            new JobOutcomes(new AttemptPolicy(3, Duration.ZERO, Duration.ZERO, 2), clock, () -> 0L),
                            receiver.callbacks(queue, clock)),
                    new Permitted.OneAccount(),
                    5,
                    Duration.ofMinutes(1),
                    clock,
                    duration -> new CountDownLatch(1).await(Math.min(20, duration.toMillis()), TimeUnit.MILLISECONDS),
                    threads);
            started.start();
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(started.stop(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(queue.status().depth()).isZero();
    }

    @Test
    void pushedJobsAreRunAndOnlyUnfinishedOnesReportedAsFailed() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1), Jobs.bulk(2), Jobs.bulk(3)), NOW);
        List<Claim> claims = queue.claim(EnumSet.allOf(Lane.class), 3, NOW);
        provider = generationRequest -> generationRequest.request().equals(Jobs.request(2))
                ? failing(new UnavailableException("503", null)).apply(generationRequest)
                : stored(generationRequest);
        queue.breakFor(Jobs.bulk(3).key());
        Claim broken = new Claim(Jobs.interactive(3), 0, 1, claims.get(2).receiptHandle());

        Set<String> failed = worker.process(
                Map.of("m1", claims.get(0), "m2", claims.get(1), "m3", broken),
                Deadline.in(Duration.ofSeconds(10), clock));

        assertThat(failed).containsExactly("m3");
        assertThat(queue.status().bulk()).isEqualTo(2);
        assertThat(requests)
                .allSatisfy(generationRequest ->
                        assertThat(generationRequest.deadline()).isEqualTo(Deadline.in(Duration.ofSeconds(10), clock)));
    }

    private Batch batch() {
        return ledger.find(BATCH).orElseThrow();
    }

    private static CompletionStage<ImageOutcome> stored(GenerationRequest generationRequest) {
        ImageKey key = Jobs.KEYS.keyOf(generationRequest.request(), 0);
        return CompletableFuture.completedFuture(new ImageOutcome.Stored(
                new IndexEntry(key, ImageFormat.PNG, 1, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH)));
    }

    private static Function<GenerationRequest, CompletionStage<ImageOutcome>> failing(RuntimeException failure) {
        return generationRequest ->
                CompletableFuture.<ImageOutcome>failedFuture(failure).thenApply(never -> never);
    }

    private final class Service implements ImageService {

        @Override
        public CompletionStage<IndexLookup> indexLookup(ImageRequest request, boolean validate) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<ImageOutcome> obtain(GenerationRequest generationRequest, IndexLookup indexLookup) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<ImageOutcome> obtain(GenerationRequest generationRequest) {
            requests.add(generationRequest);
            return provider.apply(generationRequest);
        }

        @Override
        public CompletionStage<Optional<ImageOutcome>> lookup(ImageKey key, boolean validate) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> forget(ImageKey key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Long> purge(TemplateId template) {
            throw new UnsupportedOperationException();
        }
    }
}
