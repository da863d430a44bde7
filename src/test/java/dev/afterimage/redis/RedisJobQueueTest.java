package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.afterimage.jobs.JobCodec;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.jobs.JobQueueContract;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.RedisProcess;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RedisJobQueueTest extends JobQueueContract {

    private static final Duration VISIBILITY = Duration.ofMinutes(2);

    private final RedisClients clients = new RedisClients();
    private final RedisLink link = clients.link(RedisProcess.shared().url());
    private final JobQueue queue = queueOf(link);

    private JobQueue queueOf(RedisLink server) {
        return new RedisJobQueue(
                server,
                clients.prefix,
                VISIBILITY,
                clock::advance,
                () -> Long.toString(clock.instant().toEpochMilli()));
    }

    @AfterEach
    void closeClients() {
        clients.forget(link);
        clients.close();
    }

    @Override
    protected JobQueue queue() {
        return queue;
    }

    @Test
    void slowWorkerIsToldThatItsJobWasReclaimed() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        Claim slow = onlyClaim();
        clock.advance(VISIBILITY.plus(A_MOMENT));
        Claim other = onlyClaim();

        assertThat(queue.extend(slow)).isFalse();
        assertThat(queue.complete(slow)).isFalse();
        assertThat(queue.retryLater(slow, NOW, true)).isFalse();
        assertThat(queue.deadLetter(slow, "slow")).isFalse();
        assertThat(queue.complete(other)).isTrue();
        assertThat(queue.status().depth()).isZero();
    }

    @Test
    void outdatedClaimDoesNotEndARequeuedJob() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        Claim former = onlyClaim();
        queue.retryLater(former, NOW, false);
        onlyClaim();

        assertThat(queue.complete(former)).isFalse();
        assertThat(queue.status().depth()).isEqualTo(1);
    }

    @Test
    void jobEnqueuedTwiceIsQueuedOnce() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        Claim claim = onlyClaim();
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);

        assertThat(queue.claim(BOTH, 5, NOW)).isEmpty();
        assertThat(queue.complete(claim)).isTrue();
        assertThat(queue.status().depth()).isZero();
    }

    @Test
    void aClaimWaitsForTheNextJob() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), Duration.ofSeconds(3));

        assertThat(queue.claim(BOTH, 1, Duration.ofSeconds(5))).hasSize(1);
        assertThat(queue.claim(BOTH, 1, Duration.ofSeconds(5))).isEmpty();
    }

    @Test
    void theStatusTellsTheAgeOfTheOldestJob() {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        clock.advance(Duration.ofMinutes(7));
        queue.enqueue(List.of(Jobs.interactive(2)), NOW);
        clock.advance(Duration.ofMinutes(1));

        assertThat(queue.status().oldestAge()).contains(Duration.ofMinutes(8));
    }

    @Test
    void endedJobLeavesNoKeysBehind() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1), Jobs.interactive(2)), NOW);
        for (Claim claim : queue.claim(BOTH, 2, NOW)) {
            queue.complete(claim);
        }

        assertThat(clients.keys(link, "{" + clients.prefix + ":queue}:*"))
                .hasSize(1)
                .first()
                .asString()
                .endsWith("claims");
    }

    @Test
    void jobOfANewerFormatStaysOnTheQueue() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        String bodies = "{" + clients.prefix + ":queue}:bodies";
        link.call(Request.cmd(Command.HSET).arg(bodies).arg(Jobs.bulk(1).id()).arg("{\"v\":\"99\"}"));

        assertThat(queue.claim(BOTH, 1, NOW)).isEmpty();
        assertThat(queue.status().depth()).isEqualTo(1);
    }

    @Test
    void jobThatOnlyOlderWorkersSawWasNotDelivered() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        String bodies = "{" + clients.prefix + ":queue}:bodies";
        String id = Jobs.bulk(1).id();
        String body = link.call(Request.cmd(Command.HGET).arg(bodies).arg(id)).toString();
        link.call(Request.cmd(Command.HSET).arg(bodies).arg(id).arg("{\"v\":\"99\"}"));
        for (int times = 0; times < 9; times++) {
            assertThat(queue.claim(BOTH, 1, NOW)).isEmpty();
            clock.advance(VISIBILITY.plus(A_MOMENT));
        }

        link.call(Request.cmd(Command.HSET).arg(bodies).arg(id).arg(body));
        assertThat(onlyClaim().deliveries()).isEqualTo(1);
    }

    @Test
    void deadLettersThatCannotBeReadHoldNoOthersUp() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1), Jobs.bulk(2), Jobs.bulk(3)), NOW);
        for (int number = 1; number <= 3; number++) {
            queue.deadLetter(onlyClaim(), "a test");
            clock.advance(A_MOMENT);
        }
        String bodies = "{" + clients.prefix + ":queue}:bodies";
        for (int number = 1; number <= 2; number++) {
            link.call(Request.cmd(Command.HSET)
                    .arg(bodies)
                    .arg(Jobs.bulk(number).id())
                    .arg("{\"v\":\"99\"}"));
        }

        assertThat(queue.redrive(1, job -> {})).isEqualTo(1);
        assertThat(onlyClaim().job().id()).isEqualTo(Jobs.bulk(3).id());
        assertThat(queue.redrive(1, job -> {})).isZero();
        assertThat(queue.status().deadLetters()).isEqualTo(2);
    }

    static List<String> whatIsNoJob() {
        String job = JobCodec.encode(Jobs.bulk(1));
        return List.of("{\"variant\":\"x\"}", job.replace(Jobs.bulk(1).key().value(), "damaged"));
    }

    @ParameterizedTest
    @MethodSource("whatIsNoJob")
    void whatIsNoJobIsDeadLetteredAndHoldsNoOtherJobUp(String body) throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1), Jobs.bulk(2)), NOW);
        String bodies = "{" + clients.prefix + ":queue}:bodies";
        link.call(Request.cmd(Command.HSET).arg(bodies).arg(Jobs.bulk(1).id()).arg(body));

        assertThat(queue.claim(BOTH, 2, NOW))
                .extracting(claim -> claim.job().id())
                .containsExactly(Jobs.bulk(2).id());
        assertThat(queue.status().deadLetters()).isEqualTo(1);
        assertThat(queue.redrive(10, job -> {})).isZero();
    }

    @Test
    void serverWithoutAppendOnlyFileIsRefused() {
        assertThat(RedisJobQueue.defectOf(link))
                .hasValueSatisfying(reason -> assertThat(reason).contains("appendonly"));
    }

    @Test
    void serverThatMayEvictKeysIsRefused() {
        try (RedisProcess server =
                RedisProcess.start("appendonly yes", "maxmemory 64mb", "maxmemory-policy allkeys-lru")) {
            assertThat(RedisJobQueue.defectOf(clients.link(server.url())))
                    .hasValueSatisfying(reason -> assertThat(reason).contains("maxmemory-policy"));
        }
    }

    @Test
    void jobsOutliveARestartOfAServerThatAppendsToAFile(@TempDir Path directory) throws Exception {
        try (RedisProcess server = RedisProcess.start("appendonly yes", "appendfsync always", "dir " + directory)) {
            RedisLink lasting = clients.link(server.url());
            assertThat(RedisJobQueue.defectOf(lasting)).isEmpty();
            queueOf(lasting).enqueue(List.of(Jobs.bulk(1)), NOW);

            server.stop();
            server.restart();

            assertThat(queueOf(clients.link(server.url())).claim(BOTH, 1, NOW))
                    .extracting(Claim::job)
                    .containsExactly(Jobs.bulk(1));
        }
    }

    @Test
    void withoutRedisNoJobIsTaken() {
        JobQueue gone = queueOf(clients.link("redis://127.0.0.1:1"));

        assertThatExceptionOfType(QueueUnavailableException.class)
                .isThrownBy(() -> gone.enqueue(List.of(Jobs.bulk(1)), NOW));
        assertThatExceptionOfType(QueueUnavailableException.class).isThrownBy(() -> gone.claim(BOTH, 1, NOW));
        assertThatExceptionOfType(QueueUnavailableException.class).isThrownBy(gone::status);
    }
}
