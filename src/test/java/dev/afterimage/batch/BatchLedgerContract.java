package dev.afterimage.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.BatchRows.RowResult;
import dev.afterimage.jobs.TimeOrderedIds;
import dev.afterimage.limit.Caller;
import dev.afterimage.testing.MutableClock;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The contract of every {@link BatchLedger}. */
public abstract class BatchLedgerContract {

    protected static final Caller OWNER = new Caller("subject:ada/größe:1");

    protected final MutableClock clock = new MutableClock(Instant.parse("2026-03-01T00:00:00Z"));
    protected final TimeOrderedIds ids = new TimeOrderedIds(clock, new Random(3));

    /** A new instance over the same data, as another process would open it. */
    protected abstract BatchLedger ledger();

    /** Lets time pass, for a backend with a clock of its own too. */
    protected void pass(Duration time) {
        clock.advance(time);
    }

    @Test
    void aBatchIsReceivedThenRunsThenIsFinished() {
        String id = opened();
        assertThat(find(id).state()).isEqualTo(Batch.State.RECEIVING);
        ledger().progress(id, 2);
        assertThat(find(id).total()).isEqualTo(2);

        ledger().seal(id, 3, "hash");
        assertThat(find(id).state()).isEqualTo(Batch.State.RUNNING);
        assertThat(find(id).payloadHash()).contains("hash");
        assertThat(find(id).finishedAt()).isEmpty();

        clock.advance(Duration.ofSeconds(5));
        ledger().record(id, List.of(RowResult.hit(2), RowResult.generated(3), RowResult.failed(7, "No\nsuch")));
        Batch finished = find(id);
        assertThat(finished.state()).isEqualTo(Batch.State.FINISHED);
        assertThat(finished.counts()).isEqualTo(new Batch.Counts(1, 1, 1));
        assertThat(finished.done()).isEqualTo(2);
        assertThat(finished.finishedAt()).contains(clock.instant());
        assertThat(finished.startedAt()).isEqualTo(clock.instant().minusSeconds(5));
        assertThat(finished.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.line()).isEqualTo(7));
    }

    @Test
    void rowRecordedAgainIsCountedOnceWithItsFirstSuccess() {
        String id = opened();
        ledger().seal(id, 1, "hash");
        ledger().record(id, List.of(RowResult.generated(1)));
        Instant end = clock.instant();
        clock.advance(Duration.ofMinutes(1));

        ledger().record(id, List.of(RowResult.hit(1), RowResult.failed(1, "late")));

        assertThat(find(id).counts()).isEqualTo(new Batch.Counts(0, 1, 0));
        assertThat(find(id).failures()).isEmpty();
        assertThat(find(id).finishedAt()).contains(end);
    }

    @Test
    void aLaterSuccessReplacesAFailure() {
        String id = opened();
        ledger().seal(id, 2, "hash");
        ledger().record(id, List.of(RowResult.failed(1, "down"), RowResult.failed(2, "bad")));

        ledger().record(id, List.of(RowResult.generated(1)));

        assertThat(find(id).counts()).isEqualTo(new Batch.Counts(0, 1, 1));
        assertThat(find(id).failures()).containsExactly(new Batch.Failure(2, "bad"));
    }

    @Test
    void theFirstThousandFailuresAreKeptAndAllAreCounted() {
        String id = opened();
        ledger().seal(id, 1500, "hash");

        ledger().record(
                        id,
                        IntStream.rangeClosed(1, 1500)
                                .mapToObj(line -> RowResult.failed(line, "no"))
                                .toList());

        assertThat(find(id).failures())
                .hasSize(1000)
                .startsWith(new Batch.Failure(1, "no"))
                .endsWith(new Batch.Failure(1000, "no"));
        assertThat(find(id).counts().failed()).isEqualTo(1500);
    }

    @Test
    void failureRecordedAgainIsCountedOnceWithItsFirstReason() {
        String id = opened();
        ledger().seal(id, 2, "hash");

        ledger().record(id, List.of(RowResult.failed(9, "first"), RowResult.failed(9, "second")));
        ledger().record(id, List.of(RowResult.failed(9, "third")));

        assertThat(find(id).counts()).isEqualTo(new Batch.Counts(0, 0, 1));
        assertThat(find(id).failures()).containsExactly(new Batch.Failure(9, "first"));
        assertThat(find(id).state()).isEqualTo(Batch.State.RUNNING);
    }

    @Test
    void aBatchWhoseUploadBrokeOffIsCancelled() {
        String id = opened();
        ledger().progress(id, 1);
        ledger().record(id, List.of(RowResult.hit(1)));

        ledger().cancel(id);

        assertThat(find(id).state()).isEqualTo(Batch.State.CANCELLED);
        assertThat(find(id).received()).isFalse();
        assertThat(find(id).payloadHash()).isEmpty();
    }

    @Test
    void rowsThatEndAreNoSignThatTheUploadGoesOn() {
        String id = opened();
        ledger().progress(id, 2);
        Instant heard = clock.instant();
        clock.advance(Duration.ofMinutes(1));

        ledger().record(id, List.of(RowResult.generated(1)));

        assertThat(find(id).lastActivity()).isEqualTo(heard);
        assertThat(find(id).done()).isEqualTo(1);
    }

    @Test
    void aCancelledBatchSaysSoAndKeepsWhatWasDone() {
        String id = opened();
        ledger().seal(id, 2, "hash");
        ledger().record(id, List.of(RowResult.generated(1)));
        assertThat(ledger().isCancelled(id)).isFalse();

        ledger().cancel(id);
        Instant end = clock.instant();
        clock.advance(Duration.ofMinutes(1));
        ledger().cancel(id);

        assertThat(ledger().isCancelled(id)).isTrue();
        assertThat(find(id).state()).isEqualTo(Batch.State.CANCELLED);
        assertThat(find(id).done()).isEqualTo(1);
        assertThat(find(id).finishedAt()).contains(end);
    }

    @Test
    void aFinishedBatchCannotBeCancelled() {
        String id = opened();
        ledger().seal(id, 1, "hash");
        ledger().record(id, List.of(RowResult.hit(1)));

        ledger().cancel(id);

        assertThat(find(id).state()).isEqualTo(Batch.State.FINISHED);
    }

    @Test
    void claimReturnsTheFirstBatchUntilThatLooksDead() {
        String first = ids.next();
        String second = ids.next();
        String third = ids.next();

        assertThat(claim("a1b2", Optional.empty(), first)).isEqualTo(first);
        assertThat(claim("a1b2", Optional.empty(), second)).isEqualTo(first);
        assertThat(find(first).state()).isEqualTo(Batch.State.RECEIVING);
        assertThat(ledger().find(second)).isEmpty();
        assertThat(claim("c3d4", Optional.empty(), second)).isEqualTo(second);

        assertThat(claim("a1b2", Optional.of(second), third)).isEqualTo(first);
        assertThat(claim("a1b2", Optional.of(first), third)).isEqualTo(third);
        assertThat(claim("a1b2", Optional.of(first), ids.next())).isEqualTo(third);
        assertThat(find(third).state()).isEqualTo(Batch.State.RECEIVING);
    }

    @Test
    void aReplacedBatchIsCancelledAndCannotBeSealed() {
        String first = ids.next();
        String second = ids.next();
        claim("a1b2", Optional.empty(), first);
        ledger().progress(first, 3);

        claim("a1b2", Optional.of(first), second);

        assertThat(ledger().isCancelled(first)).isTrue();
        assertThat(ledger().seal(first, 4, "hash")).isFalse();
        assertThat(find(first).received()).isFalse();
        assertThat(ledger().seal(second, 4, "hash")).isTrue();
        assertThat(find(second).state()).isEqualTo(Batch.State.RUNNING);
    }

    @Test
    void aBatchSealedMeanwhileIsNotReplaced() {
        String first = ids.next();
        claim("a1b2", Optional.empty(), first);
        assertThat(ledger().seal(first, 4, "hash")).isTrue();
        String second = ids.next();

        assertThat(claim("a1b2", Optional.of(first), second)).isEqualTo(first);

        assertThat(ledger().isCancelled(first)).isFalse();
        assertThat(ledger().find(second)).isEmpty();
    }

    @Test
    void aBatchCancelledWhileItIsReceivedCanBeSealed() {
        String id = opened();
        ledger().cancel(id);

        assertThat(ledger().seal(id, 1, "hash")).isTrue();
        assertThat(find(id).state()).isEqualTo(Batch.State.CANCELLED);
    }

    /** Every caller finds the returned batch begun, so that none takes its owner for dead. */
    @Test
    void ofConcurrentEqualRequestsOneBeginsTheBatch() throws Exception {
        BatchLedger shared = ledger();
        for (int round = 0; round < 60; round++) {
            String request = "request-" + round;
            List<String> batches = List.of(ids.next(), ids.next());
            CyclicBarrier start = new CyclicBarrier(2);
            List<Callable<String>> uploads = batches.stream()
                    .<Callable<String>>map(batch -> () -> {
                        start.await();
                        String standing =
                                shared.claimIdempotencyKey(request, Optional.empty(), batch, OWNER, clock.instant());
                        assertThat(shared.find(standing)).isPresent();
                        return standing;
                    })
                    .toList();
            Set<String> standing = new HashSet<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<String> upload : threads.invokeAll(uploads)) {
                    standing.add(upload.get());
                }
            }

            assertThat(standing).hasSize(1);
            assertThat(batches.stream().filter(batch -> ledger().find(batch).isPresent()))
                    .containsExactlyElementsOf(standing);
        }
    }

    @Test
    void batchBelongsToItsSenderWithAndWithoutAnIdempotencyKey() {
        String once = opened();
        String repeatable = ids.next();
        claim("a1b2", Optional.empty(), repeatable);

        assertThat(find(once).owner()).isEqualTo(OWNER);
        assertThat(find(repeatable).owner()).isEqualTo(OWNER);
    }

    private String claim(String request, Optional<String> dead, String batch) {
        return ledger().claimIdempotencyKey(request, dead, batch, OWNER, clock.instant());
    }

    @Test
    void unknownBatchIsIgnoredByEveryOperation() {
        String none = ids.next();
        ledger().record(none, List.of(RowResult.hit(1)));
        ledger().progress(none, 4);
        assertThat(ledger().seal(none, 5, "hash")).isFalse();
        ledger().cancel(none);

        assertThat(ledger().find(none)).isEmpty();
        assertThat(ledger().find("../../../etc/passwd")).isEmpty();
        assertThat(ledger().isCancelled(none)).isFalse();
    }

    @Test
    void aBatchIsForgottenAfterAWeek() {
        String old = opened();
        ledger().seal(old, 1, "hash");
        ledger().record(old, List.of(RowResult.failed(1, "no")));
        pass(BatchLedger.RETENTION.minusMinutes(1));
        ledger().sweep();
        assertThat(ledger().find(old)).isPresent();

        pass(Duration.ofHours(2));
        String young = opened();
        ledger().sweep();

        assertThat(ledger().find(old)).isEmpty();
        assertThat(ledger().find(young)).isPresent();
    }

    @Test
    void rowsRecordedConcurrentlyAreAllCounted() {
        String id = opened();
        ledger().seal(id, 400, "hash");
        BatchLedger shared = ledger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int line = 1; line <= 400; line++) {
                RowResult result = line % 4 == 0 ? RowResult.failed(line, "no") : RowResult.generated(line);
                threads.execute(() -> shared.record(id, List.of(result)));
                threads.execute(() -> shared.record(id, List.of(result)));
            }
        }

        assertThat(find(id).counts()).isEqualTo(new Batch.Counts(0, 300, 100));
        assertThat(find(id).failures()).hasSize(100);
    }

    @Test
    void theTimeLeftFollowsFromThePaceSoFar() {
        String id = opened();
        ledger().seal(id, 100, "hash");
        ledger().record(id, List.of(RowResult.hit(1)));
        assertThat(find(id).timeLeft(clock.instant())).isEmpty();
        clock.advance(Duration.ofSeconds(10));
        ledger().record(
                        id,
                        IntStream.rangeClosed(2, 21)
                                .mapToObj(RowResult::generated)
                                .toList());

        assertThat(find(id).timeLeft(clock.instant())).isEqualTo(Optional.of(Duration.ofMillis(39_500)));
    }

    @Test
    void finishedRowsAreListedByLineWithTheirImages() {
        String id = opened();
        ledger().seal(id, 9, "hash");
        ledger().record(
                        id,
                        List.of(
                                RowResult.generated(9000).withKey(image(9000)),
                                RowResult.failed(2, "bad"),
                                RowResult.hit(4096).withKey(image(4096))));
        ledger().record(
                        id,
                        List.of(
                                RowResult.failed(4095, "no").withKey(image(4095)),
                                RowResult.hit(1).withKey(image(1)),
                                RowResult.failed(5, "not yet").withKey(image(5))));
        ledger().record(id, List.of(RowResult.generated(5).withKey(image(6)), RowResult.failed(1, "late")));

        List<RowResult> all = List.of(
                RowResult.hit(1).withKey(image(1)),
                RowResult.failed(2, ""),
                RowResult.generated(5).withKey(image(6)),
                RowResult.failed(4095, "").withKey(image(4095)),
                RowResult.hit(4096).withKey(image(4096)),
                RowResult.generated(9000).withKey(image(9000)));
        assertThat(ledger().results(id, 0, 100)).isEqualTo(all);
        assertThat(ledger().results(id, 0, 3)).isEqualTo(all.subList(0, 3));
        assertThat(ledger().results(id, 5, 2)).isEqualTo(all.subList(3, 5));
        assertThat(ledger().results(id, 4096, 100)).isEqualTo(all.subList(5, 6));
        assertThat(ledger().results(id, 9000, 1)).isEmpty();
        assertThat(ledger().results(id, Integer.MAX_VALUE - 1, 10)).isEmpty();
        assertThat(ledger().results(id, Integer.MAX_VALUE, 10)).isEmpty();
        assertThat(ledger().results(ids.next(), 0, 1)).isEmpty();
        assertThat(ledger().results("../../../etc/passwd", 0, 1)).isEmpty();
    }

    @Test
    void aCallbackIsDueFromTheEndOfTheBatchUntilItIsOnTheQueue() {
        URI url = URI.create("https://shop.example/told?batch=1");
        String id = opened();
        ledger().callback(id, url);
        assertThat(ledger().record(id, List.of(RowResult.hit(1)))).isTrue();
        assertThat(ledger().dueCallback(id)).isEmpty();
        ledger().seal(id, 2, "hash");
        assertThat(ledger().dueCallback(id)).isEmpty();

        assertThat(ledger().record(id, List.of(RowResult.generated(2)))).isTrue();
        assertThat(ledger().dueCallback(id)).contains(url);
        assertThat(ledger().record(id, List.of(RowResult.generated(2)))).isTrue();

        ledger().callbackQueued(id);
        assertThat(ledger().dueCallback(id)).isEmpty();
        assertThat(ledger().record(id, List.of(RowResult.generated(2)))).isFalse();
    }

    @Test
    void theCallbackOfACancelledBatchIsDueAndThatOfABrokenUploadIsNot() {
        URI url = URI.create("https://shop.example/told");
        String cancelled = opened();
        ledger().callback(cancelled, url);
        ledger().seal(cancelled, 2, "hash");
        ledger().cancel(cancelled);
        String broken = opened();
        ledger().callback(broken, url);
        ledger().cancel(broken);

        assertThat(ledger().dueCallback(cancelled)).contains(url);
        assertThat(ledger().dueCallback(broken)).isEmpty();
    }

    @Test
    void batchWithoutACallbackHasNoneDue() {
        String id = opened();
        ledger().seal(id, 1, "hash");

        assertThat(ledger().record(id, List.of(RowResult.hit(1)))).isFalse();
        assertThat(ledger().dueCallback(id)).isEmpty();
        String none = ids.next();
        ledger().callback(none, URI.create("https://shop.example/told"));
        assertThat(ledger().dueCallback(none)).isEmpty();
    }

    private static ImageKey image(int number) {
        return new ImageKey("%064x".formatted(number));
    }

    private String opened() {
        String id = ids.next();
        ledger().open(id, OWNER, clock.instant());
        return id;
    }

    private Batch find(String id) {
        return ledger().find(id).orElseThrow();
    }
}
