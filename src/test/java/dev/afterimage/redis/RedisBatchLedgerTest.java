package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.afterimage.batch.Batch;
import dev.afterimage.batch.BatchLedger;
import dev.afterimage.batch.BatchLedgerContract;
import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.BatchRows.RowResult;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.testing.RedisProcess;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RedisBatchLedgerTest extends BatchLedgerContract {

    /** Patient, because hundreds of threads share a few connections in some cases. */
    private static final Duration PATIENT = Duration.ofSeconds(30);

    private static final ImageKey IMAGE = new ImageKey("0123456789abcdef".repeat(4));

    @AutoClose
    private final RedisClients clients = new RedisClients();

    private final RedisConfig config = new RedisClients.Settings(clients.prefix, PATIENT, 5, Duration.ofMillis(100));
    private final RedisLink link =
            clients.link(clients.client(RedisProcess.shared().url()), config);

    @Override
    protected BatchLedger ledger() {
        return new RedisBatchLedger(link, config, clock);
    }

    @Override
    protected void pass(Duration time) {
        clock.advance(time);
        clients.age(RedisProcess.shared().url(), time);
    }

    @Test
    void allKeysOfABatchShareASlotAndEndTogetherAWeekAfterItBegan() {
        String id = ids.next();
        ledger().open(id, OWNER, clock.instant());
        ledger().record(id, List.of(RowResult.hit(1)));
        pass(Duration.ofDays(3));
        ledger().seal(id, 4, "hash");
        ledger().record(
                        id,
                        List.of(RowResult.generated(2).withKey(IMAGE), RowResult.failed(3, "no"), RowResult.hit(4)));
        ledger().cancel(id);

        assertThat(clients.keys(link))
                .hasSize(6)
                .allSatisfy(key -> assertThat(key).contains(":{" + id + "}"))
                .allSatisfy(
                        key -> assertThat(ttl(key)).isBetween(Duration.ofDays(4).minusMinutes(1), Duration.ofDays(4)));
    }

    @Test
    void recordingIntoAForgottenBatchLeavesNoKeysBehind() {
        String id = ids.next();
        ledger().open(id, OWNER, clock.instant());
        pass(BatchLedger.RETENTION);

        ledger().record(id, List.of(RowResult.hit(1), RowResult.failed(2, "no")));
        ledger().seal(id, 2, "hash");
        ledger().cancel(id);

        assertThat(clients.keys(link)).isEmpty();
    }

    @Test
    void idempotencyKeyIsFreeAgainAfterAWeek() {
        String first = ids.next();
        String second = ids.next();
        claim(first);
        pass(BatchLedger.RETENTION.minusMinutes(1));
        assertThat(claim(second)).isEqualTo(first);

        pass(Duration.ofMinutes(1));

        assertThat(claim(second)).isEqualTo(second);
    }

    private String claim(String batch) {
        return ledger().claimIdempotencyKey("a1b2", Optional.empty(), batch, OWNER, clock.instant());
    }

    @Test
    void theKeptFailuresAreTheFirstByLineInWhateverOrderTheyCome() {
        String id = ids.next();
        ledger().open(id, OWNER, clock.instant());
        ledger().record(
                        id,
                        IntStream.rangeClosed(1, 1200)
                                .mapToObj(line -> RowResult.failed(1201 - line, "no"))
                                .toList());

        assertThat(find(id).failures())
                .isEqualTo(IntStream.rangeClosed(1, 1000)
                        .mapToObj(line -> new Batch.Failure(line, "no"))
                        .toList());
    }

    @Test
    void aFailureThatWasNotKeptIsKeptWhenItComesAgainAndThereIsRoom() {
        String id = ids.next();
        ledger().open(id, OWNER, clock.instant());
        ledger().record(
                        id,
                        IntStream.rangeClosed(1, 1001)
                                .mapToObj(line -> RowResult.failed(line, "no"))
                                .toList());
        ledger().record(id, List.of(RowResult.generated(5), RowResult.failed(1001, "no")));

        assertThat(find(id).failures()).hasSize(1000).endsWith(new Batch.Failure(1001, "no"));
        assertThat(find(id).counts()).isEqualTo(new Batch.Counts(0, 1, 1000));
    }

    @Test
    void failureReasonsAreReadUnchanged() {
        String id = ids.next();
        ledger().open(id, OWNER, clock.instant());
        Batch.Failure failure = new Batch.Failure(12, "  Größe: 3 × 4\nfehlt ");

        ledger().record(id, List.of(RowResult.failed(failure.line(), failure.reason()), RowResult.failed(13, "")));

        assertThat(find(id).failures()).containsExactly(failure, new Batch.Failure(13, ""));
    }

    @Test
    void withoutRedisNothingIsKnownAndNothingIsAccepted() {
        BatchLedger gone = new RedisBatchLedger(clients.link("redis://127.0.0.1:1"), config, clock);
        String id = ids.next();

        assertUnavailable(() -> gone.claimIdempotencyKey("a1b2", Optional.empty(), id, OWNER, clock.instant()));
        assertUnavailable(() -> gone.open(id, OWNER, clock.instant()));
        assertUnavailable(() -> gone.progress(id, 1));
        assertUnavailable(() -> gone.seal(id, 1, "hash"));
        assertUnavailable(() -> gone.record(id, List.of(RowResult.hit(1))));
        assertUnavailable(() -> gone.cancel(id));
        assertUnavailable(() -> gone.isCancelled(id));
        assertUnavailable(() -> gone.find(id));
        assertUnavailable(() -> gone.results(id, 0, 1));
    }

    private static void assertUnavailable(ThrowingCallable call) {
        assertThatExceptionOfType(QueueUnavailableException.class).isThrownBy(call);
    }

    private Batch find(String id) {
        return ledger().find(id).orElseThrow();
    }

    private Duration ttl(String key) {
        return Duration.ofMillis(link.call(Request.cmd(Command.PTTL).arg(key)).toLong());
    }
}
