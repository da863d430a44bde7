package dev.afterimage.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.batch.BatchIntake.IdempotencyConflictException;
import dev.afterimage.catalogue.CatalogueRows;
import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.catalogue.Planner;
import dev.afterimage.image.InvalidRequestException;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.jobs.BatchRows.RowResult;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.testing.CallbackReceiver;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.FixedVersions;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.ManualPause;
import dev.afterimage.testing.MemoryBatchLedger;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MemoryJobQueue;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchIntakeTest {

    private static final Caller ADA = new Caller("key:ada");
    private static final Optional<String> NO_KEY = Optional.empty();
    private static final Optional<String> KEY = Optional.of("nightly-1");

    private final MutableClock clock = new MutableClock(Instant.parse("2026-03-01T00:00:00Z"));
    private final FakePause pause = new FakePause(clock);
    private final MemoryImageIndex index = new MemoryImageIndex();
    private final MemoryJobQueue queue = new MemoryJobQueue(clock);
    private final MemoryBatchLedger ledger = new MemoryBatchLedger(clock);
    private final TimeOrderedIds ids = new TimeOrderedIds(clock, new Random(1));
    private final BatchIntake intake = intake(ledger, pause);

    private BatchIntake intake(BatchLedger batches, Pause polls) {
        return new BatchIntake(
                new Planner(Jobs.KEYS, new FixedVersions(), index, clock),
                queue,
                batches,
                ids,
                clock,
                polls,
                new CallbackReceiver().callbacks(queue, clock, CallbackReceiver.SECRET));
    }

    @Test
    void freshRowIsAHitWithoutAJobAndABadRowIsAFailure() throws Exception {
        index.putFresh(Jobs.bulk(1).key(), clock.instant().plusSeconds(60));

        Batch batch =
                intake.submit(ADA, NO_KEY, now(), upload("h", row(1), row(2), new CatalogueRow.Bad(3, "mend it")));

        assertThat(batch.total()).isEqualTo(3);
        assertThat(batch.counts()).isEqualTo(new Batch.Counts(1, 0, 1));
        assertThat(batch.failures()).containsExactly(new Batch.Failure(3, "mend it"));
        assertThat(batch.state()).isEqualTo(Batch.State.RUNNING);
        Claim claim = claims().getFirst();
        assertThat(claims()).isEmpty();
        assertThat(Jobs.image(claim).caller()).isEqualTo(ADA);
        assertThat(Jobs.image(claim).row())
                .hasValueSatisfying(row -> assertThat(row.line()).isEqualTo(2));
    }

    @Test
    void aRowOfATemplateThatIsNotDeclaredIsABadRow() throws Exception {
        KeyScheme declared = new KeyScheme(ProviderIdentity.builtIn("demo"), Map.of(), true);
        BatchIntake strict = new BatchIntake(
                new Planner(declared, new FixedVersions(), index, clock),
                queue,
                ledger,
                ids,
                clock,
                pause,
                new CallbackReceiver().callbacks(queue, clock));

        Batch batch = strict.submit(ADA, NO_KEY, now(), upload("h", row(1)));

        assertThat(batch.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.reason()).contains("afterimage.templates-only"));
        assertThat(claims()).isEmpty();
    }

    @Test
    void aRowThatTheQueueDoesNotTakeIsABadRowAndStopsNoOther() throws Exception {
        queue.takeOnly(job -> !job.key().equals(Jobs.bulk(2).key()));

        Batch batch = intake.submit(ADA, NO_KEY, now(), upload("h", row(1), row(2), row(3)));

        assertThat(batch.total()).isEqualTo(3);
        assertThat(batch.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.line()).isEqualTo(2);
            assertThat(failure.reason()).contains("too large to be queued");
        });
        assertThat(claims()).hasSize(2);
    }

    @Test
    void aBatchOfHitsIsFinishedAtOnce() throws Exception {
        index.putFresh(Jobs.bulk(1).key(), clock.instant().plusSeconds(60));

        assertThat(intake.submit(ADA, NO_KEY, now(), upload("h", row(1))).state())
                .isEqualTo(Batch.State.FINISHED);
    }

    @Test
    void equalRowsAreQueuedAsAJobEach() throws Exception {
        CatalogueRow equalRow = new CatalogueRow.Wanted(2, Jobs.request(1));

        assertThat(intake.submit(ADA, NO_KEY, now(), upload("h", row(1), equalRow))
                        .total())
                .isEqualTo(2);
        assertThat(claims()).hasSize(2);
    }

    @Test
    void jobsAreQueuedBeforeTheLastRowHasArrived() throws Exception {
        List<Integer> queued = new ArrayList<>();
        Iterator<CatalogueRow> rows = IntStream.rangeClosed(1, 1001)
                .mapToObj(BatchIntakeTest::row)
                .peek(row -> queued.add((int) queue.status().bulk()))
                .iterator();

        intake.submit(ADA, NO_KEY, now(), upload("h", rows));

        assertThat(queued.get(1000)).isEqualTo(1000);
        assertThat(queued.get(499)).isZero();
    }

    @Test
    void repeatWithTheSameIdempotencyKeyReturnsTheFirstBatch() throws Exception {
        Batch first = intake.submit(ADA, KEY, now(), upload("h", row(1)));

        assertThat(intake.submit(ADA, KEY, now(), upload("h", row(1))).id()).isEqualTo(first.id());
        assertThat(claims()).hasSize(1);
    }

    @Test
    void twoCallersMayUseTheSameIdempotencyKey() throws Exception {
        Batch first = intake.submit(ADA, KEY, now(), upload("h", row(1)));

        assertThat(intake.submit(new Caller("key:bob"), KEY, now(), upload("h", row(1)))
                        .id())
                .isNotEqualTo(first.id());
    }

    @Test
    void idempotencyKeyReusedForAnotherUploadIsRefused() throws Exception {
        intake.submit(ADA, KEY, now(), upload("h", row(1)));

        assertThatThrownBy(() -> intake.submit(ADA, KEY, now(), upload("other", row(2))))
                .isInstanceOfSatisfying(
                        IdempotencyConflictException.class,
                        conflict ->
                                assertThat(conflict.kind()).isEqualTo(IdempotencyConflictException.Kind.OTHER_PAYLOAD));
    }

    @Test
    void repeatWaitsUntilItsDeadlineWhileTheFirstUploadIsReceived() throws Exception {
        Deadline deadline = Deadline.in(Duration.ofSeconds(5), clock);
        intake.submit(ADA, KEY, now(), upload("h", new Once(() -> {
            assertThatThrownBy(() -> intake.submit(ADA, KEY, deadline, upload("h", row(1))))
                    .isInstanceOf(IdempotencyConflictException.class);
            assertThat(clock.instant()).isEqualTo(deadline.at());
        })));
    }

    @Test
    void repeatFindsTheBatchWhoseUploadIsReceivedBeforeItsDeadline() throws Exception {
        ManualPause polls = new ManualPause(clock);
        BatchIntake patient = intake(ledger, polls);
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Void> lastRow = new CompletableFuture<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Iterator<CatalogueRow> slow = new Once(() -> {
                begun.countDown();
                lastRow.join();
            });
            Future<Batch> first = threads.submit(() -> patient.submit(ADA, KEY, now(), upload("h", slow)));
            begun.await();
            Deadline deadline = Deadline.in(Duration.ofSeconds(5), clock);
            Future<Batch> repeat = threads.submit(() -> patient.submit(ADA, KEY, deadline, upload("h", row(1))));
            polls.awaitSleeper(Duration.ofSeconds(1));

            lastRow.complete(null);
            Batch batch = first.get();
            polls.advance(Duration.ofSeconds(1));

            assertThat(repeat.get().id()).isEqualTo(batch.id());
        }
    }

    @Test
    void anUploadWhoseRowsComeSlowlyIsAlive() throws Exception {
        Iterator<CatalogueRow> slow = IntStream.rangeClosed(1, 40)
                .mapToObj(BatchIntakeTest::row)
                .peek(row -> {
                    if (row.line() == 31) {
                        clock.advance(Duration.ofSeconds(1));
                        assertThatThrownBy(() -> intake.submit(ADA, KEY, now(), upload("h", row(1))))
                                .isInstanceOf(IdempotencyConflictException.class);
                    }
                    clock.advance(Duration.ofSeconds(2));
                })
                .iterator();

        Batch batch = intake.submit(ADA, KEY, now(), upload("h", slow));

        assertThat(batch.state()).isEqualTo(Batch.State.RUNNING);
        assertThat(batch.total()).isEqualTo(40);
    }

    @Test
    void repeatReplacesAnUploadThatSeemsDeadWhichIsRefusedAtItsEnd() {
        List<Batch> second = new ArrayList<>();
        Iterator<CatalogueRow> stalled = new Once(() -> {
            clock.advance(Duration.ofSeconds(61));
            second.add(submitted("h", row(1)));
        });

        assertThatThrownBy(() -> intake.submit(ADA, KEY, now(), upload("h", stalled)))
                .isInstanceOfSatisfying(
                        IdempotencyConflictException.class,
                        conflict ->
                                assertThat(conflict.kind()).isEqualTo(IdempotencyConflictException.Kind.IN_PROGRESS));

        assertThat(submitted("h", row(1)).id()).isEqualTo(second.getFirst().id());
        assertThat(ledger.isCancelled(second.getFirst().id())).isFalse();
    }

    @Test
    void repeatReplacesADeadUploadThoughItsRowsStillEnd() {
        List<Batch> second = new ArrayList<>();
        Iterator<CatalogueRow> stalled = IntStream.rangeClosed(1, Planner.CHUNK + 1)
                .mapToObj(BatchIntakeTest::row)
                .peek(row -> {
                    if (row.line() > Planner.CHUNK) {
                        clock.advance(Duration.ofSeconds(61));
                        Job.BatchRow queued =
                                Jobs.image(claims().getFirst()).row().orElseThrow();
                        ledger.record(queued.batch(), List.of(RowResult.generated(queued.line())));
                        second.add(submitted("h", row(1)));
                    }
                })
                .iterator();

        assertThatThrownBy(() -> intake.submit(ADA, KEY, now(), upload("h", stalled)))
                .isInstanceOf(IdempotencyConflictException.class);

        assertThat(second.getFirst().state()).isEqualTo(Batch.State.RUNNING);
    }

    /** As when Redis loses its memory. */
    @Test
    void uploadWhoseBatchIsLostMeanwhileCanBeSentAgain() throws Exception {
        Iterator<CatalogueRow> forgotten = new Once(() -> clock.advance(BatchLedger.RETENTION.plusDays(1)));

        assertThatThrownBy(() -> intake.submit(ADA, KEY, now(), upload("h", forgotten)))
                .isInstanceOf(QueueUnavailableException.class);

        assertThat(submitted("h", row(1)).state()).isEqualTo(Batch.State.RUNNING);
    }

    @Test
    void repeatIsRefusedWhileTheFirstUploadIsReceivedAndAlive() throws Exception {
        intake.submit(ADA, KEY, now(), upload("h", new Once(() -> {
            assertThatThrownBy(() -> intake.submit(ADA, KEY, now(), upload("h", row(1))))
                    .isInstanceOfSatisfying(
                            IdempotencyConflictException.class,
                            conflict -> assertThat(conflict.kind())
                                    .isEqualTo(IdempotencyConflictException.Kind.IN_PROGRESS));
        })));
    }

    @Test
    void anUploadThatBreaksOffIsCancelledAndMayBeRepeated() throws Exception {
        Iterator<CatalogueRow> broken = new Once(() -> {
            throw new java.io.UncheckedIOException(new IOException("reset"));
        });
        assertThatThrownBy(() -> intake.submit(ADA, KEY, now(), upload("h", broken)))
                .isInstanceOf(RuntimeException.class);

        Batch again = intake.submit(ADA, KEY, now(), upload("h", row(1)));

        assertThat(again.state()).isEqualTo(Batch.State.RUNNING);
        assertThat(intake.submit(ADA, KEY, now(), upload("h", row(1))).id()).isEqualTo(again.id());
    }

    @Test
    void theCallbackOfABatchOfHitsIsQueuedWithItsEnd() throws Exception {
        index.putFresh(Jobs.bulk(1).key(), clock.instant().plusSeconds(60));

        Batch batch = intake.submit(ADA, NO_KEY, now(), telling("https://shop.example/told", row(1)));

        assertThat(claims())
                .singleElement()
                .satisfies(claim -> assertThat(claim.job())
                        .isEqualTo(new Job.Callback(
                                "callback-" + batch.id(),
                                URI.create("https://shop.example/told"),
                                new Job.Subject.OfBatch(batch.id()))));
    }

    @Test
    void theCallbackOfACancelledBatchIsQueued() throws Exception {
        Batch batch = intake.submit(ADA, NO_KEY, now(), telling("https://shop.example/told", row(1)));
        claims();

        intake.cancel(batch.id());
        intake.cancel(batch.id());

        assertThat(claims()).extracting(claim -> claim.job().id()).containsExactly("callback-" + batch.id());
    }

    @Test
    void aCallbackThatMayNotBeCalledRefusesTheBatch() {
        assertThatThrownBy(() -> intake.submit(ADA, NO_KEY, now(), telling("https://private.example/", row(1))))
                .isInstanceOf(InvalidRequestException.class);
        assertThat(claims()).isEmpty();
    }

    private static BatchIntake.Upload telling(String callback, CatalogueRow... rows) {
        BatchIntake.Upload upload = upload("h", rows);
        return new BatchIntake.Upload() {
            @Override
            public Optional<String> callback() {
                return Optional.of(callback);
            }

            @Override
            public CatalogueRows rows() throws IOException {
                return upload.rows();
            }

            @Override
            public String hash() throws IOException {
                return upload.hash();
            }
        };
    }

    @Test
    void acceptedBatchGoesOnWhenItsResponseIsLost() throws Exception {
        BatchLedger losing = (BatchLedger) Proxy.newProxyInstance(
                BatchLedger.class.getClassLoader(), new Class<?>[] {BatchLedger.class}, (proxy, method, arguments) -> {
                    Object answer = method.invoke(ledger, arguments);
                    if (method.getName().equals("seal")) {
                        throw new QueueUnavailableException("lost", null);
                    }
                    return answer;
                });
        assertThatThrownBy(() -> intake(losing, pause).submit(ADA, KEY, now(), upload("h", row(1))))
                .isInstanceOf(QueueUnavailableException.class);

        Batch again = intake.submit(ADA, KEY, now(), upload("h", row(1)));

        assertThat(again.state()).isEqualTo(Batch.State.RUNNING);
        assertThat(claims()).hasSize(1);
    }

    @Test
    void aBatchHasAtMostTenMillionLines() throws Exception {
        Batch most = intake.submit(ADA, NO_KEY, now(), upload("h", row(10_000_000)));
        assertThat(most.total()).isEqualTo(1);

        assertThatThrownBy(() -> intake.submit(ADA, NO_KEY, now(), upload("h", row(1), row(10_000_001))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("10,000,000 lines")
                .hasMessageContaining("is cancelled. Send all of its rows again");
    }

    @Test
    void aBatchWithoutARowIsRefused() {
        assertThatThrownBy(() -> intake.submit(ADA, NO_KEY, now(), upload("h")))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void refusalNamesItsReasonEvenWhenCancellingFails() {
        Iterator<CatalogueRow> unreadable = new Once(() -> {
            ledger.lose(true);
            throw new InvalidRequestException("Send UTF-8.", "body");
        });

        assertThatThrownBy(() -> intake.submit(ADA, NO_KEY, now(), upload("h", unreadable)))
                .isInstanceOf(InvalidRequestException.class);
    }

    private Batch submitted(String hash, CatalogueRow... rows) {
        try {
            return intake.submit(ADA, KEY, now(), upload(hash, rows));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Deadline now() {
        return Deadline.in(Duration.ZERO, clock);
    }

    private List<Claim> claims() {
        return queue.claim(EnumSet.allOf(Lane.class), 10_000, Duration.ZERO);
    }

    private static CatalogueRow row(int line) {
        return new CatalogueRow.Wanted(line, Jobs.request(line));
    }

    private static BatchIntake.Upload upload(String hash, CatalogueRow... rows) {
        return upload(hash, List.of(rows).iterator());
    }

    private static BatchIntake.Upload upload(String hash, Iterator<CatalogueRow> rows) {
        return new BatchIntake.Upload() {
            @Override
            public CatalogueRows rows() {
                return new CatalogueRows() {
                    @Override
                    public Optional<CatalogueRow> next() {
                        return rows.hasNext() ? Optional.of(rows.next()) : Optional.empty();
                    }

                    @Override
                    public void close() {}
                };
            }

            @Override
            public String hash() {
                return hash;
            }
        };
    }

    /** One row, and something that happens while it is read. */
    private static final class Once implements Iterator<CatalogueRow> {

        private final Runnable meanwhile;
        private boolean read;

        Once(Runnable meanwhile) {
            this.meanwhile = meanwhile;
        }

        @Override
        public boolean hasNext() {
            return !read;
        }

        @Override
        public CatalogueRow next() {
            read = true;
            meanwhile.run();
            return row(1);
        }
    }
}
