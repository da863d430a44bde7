package dev.afterimage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.jobs.JobQueueContract;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.Jobs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SqliteJobQueueTest extends JobQueueContract {

    @RegisterExtension
    final OpenDatabase database = new OpenDatabase();

    @Override
    protected JobQueue queue() {
        return new SqliteJobQueue(database.get(), Duration.ofMinutes(2), clock, new FakePause(clock));
    }

    @Test
    void jobsSurviveTheirProcess() throws Exception {
        queue().enqueue(jobs(0, 700), NOW);
        Claim done = onlyClaim();
        queue().complete(done);
        Claim waiting = onlyClaim();
        queue().retryLater(waiting, Duration.ofMinutes(5), true);
        onlyClaim();

        database.reopen();

        assertThat(queue().status().bulk()).isEqualTo(699);
        assertThat(drain())
                .hasSize(697)
                .doesNotContain(done.job().id(), waiting.job().id());
        clock.advance(Duration.ofMinutes(5).plus(A_MOMENT));
        assertThat(drain()).hasSize(2).contains(waiting.job().id());
        assertThat(queue().status().depth()).isZero();
    }

    @Test
    void jobThatOnlyOlderWorkersSawWasNotDelivered() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1)), NOW);
        newer("job", true);
        for (int times = 0; times < 9; times++) {
            assertThat(drain()).isEmpty();
            clock.advance(queue().visibilityTimeout().plus(A_MOMENT));
        }

        newer("job", false);
        assertThat(onlyClaim().deliveries()).isEqualTo(1);
    }

    @Test
    void deadLettersOfANewerFormatHoldNoOthersUp() throws Exception {
        queue().enqueue(jobs(0, 2), NOW);
        queue().deadLetter(onlyClaim(), "a test");
        newer("dead_letter", true);
        queue().deadLetter(onlyClaim(), "a test");

        assertThat(queue().redrive(1, job -> {})).isEqualTo(1);
        assertThat(queue().redrive(1, job -> {})).isZero();
        assertThat(queue().status().deadLetters()).isEqualTo(1);
    }

    /** Gives all jobs of a table a format that this version does not know, or their own again. */
    private void newer(String table, boolean newer) {
        String form = "\"v\":\"";
        String newerForm = "\"v\":\"9";
        database.get()
                .change(
                        DatabaseThread.Kind.UNSYNCED,
                        session -> session.update(
                                "UPDATE " + table + " SET body = replace(body, ?, ?)",
                                newer ? form : newerForm,
                                newer ? newerForm : form))
                .join();
    }

    @Test
    void slowWorkerHasLostItsJob() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1)), NOW);
        Claim slow = onlyClaim();
        clock.advance(queue().visibilityTimeout().plus(A_MOMENT));
        Claim taken = onlyClaim();

        assertLost(slow);
        assertThat(queue().complete(taken)).isTrue();
        assertThat(queue().status().deadLetters()).isZero();
    }

    /** The claim of a job that ended must not end the one that came after it. */
    @Test
    void outdatedClaimNeverMatchesAnotherJob() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1)), NOW);
        Claim old = onlyClaim();
        queue().retryLater(old, NOW, true);
        Claim again = onlyClaim();
        assertLost(old);
        queue().complete(again);
        queue().enqueue(List.of(Jobs.bulk(2)), NOW);
        onlyClaim();

        assertLost(old);
        assertLost(again);
        assertThat(queue().status().depth()).isEqualTo(1);
    }

    @Test
    void claimOnAnEmptyQueueWaitsAsLongAsAsked() throws Exception {
        Instant before = clock.instant();

        assertThat(queue().claim(BOTH, 1, Duration.ofSeconds(5))).isEmpty();

        assertThat(Duration.between(before, clock.instant())).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void theOldestJobIsKnownByItsAge() {
        queue().enqueue(List.of(Jobs.bulk(1)), NOW);
        clock.advance(Duration.ofMinutes(7));
        queue().enqueue(List.of(Jobs.bulk(2)), NOW);

        assertThat(queue().status().oldestAge()).contains(Duration.ofMinutes(7));
    }

    @Test
    void malformedJobIsDeadLetteredAndDoesNotStopOthers() throws Exception {
        queue().enqueue(jobs(0, 2), NOW);
        database.execute("UPDATE job SET body = '{\"id\":\"job' WHERE number = 1");

        assertThat(drain()).containsExactly("job-1");
        assertThat(queue().status().deadLetters()).isEqualTo(1);
        assertThat(queue().redrive(10, job -> {})).isZero();
    }

    /** A partial index that SQLite could not use made this a thousand times slower. */
    @Test
    void claimQueryUsesTheIndex() {
        String plan = database.get()
                .read(session -> String.join(
                        "; ",
                        session.list(
                                "EXPLAIN QUERY PLAN SELECT number FROM job WHERE lane = 'BULK' AND visible_at <= 5"
                                        + " ORDER BY visible_at, number LIMIT 5",
                                row -> row.getString("detail"))))
                .join();

        assertThat(plan).isEqualTo("SEARCH job USING COVERING INDEX job_by_time (lane=? AND visible_at<?)");
    }

    @Test
    void aDiskThatCannotBeWrittenAcceptsNoJob() {
        database.execute("PRAGMA query_only = ON");

        assertThatExceptionOfType(QueueUnavailableException.class)
                .isThrownBy(() -> queue().enqueue(jobs(0, 1), NOW))
                .withMessageContaining("afterimage.directory");
        assertThat(queue().status().depth()).isZero();
    }

    /** A failed change must not fail the others that share its transaction. */
    @Test
    void failedChangeDoesNotFailOthersOfItsTransaction() {
        Database shared = database.get();
        List<java.util.concurrent.CompletableFuture<Integer>> changes = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String statement = i % 10 == 3
                    ? "INSERT INTO nowhere VALUES (1)"
                    : "INSERT INTO usage VALUES ('m" + i + "', 'ACCOUNT', 'a', 1)";
            changes.add(shared.change(DatabaseThread.Kind.UNSYNCED, session -> session.update(statement)));
        }

        assertThat(changes.stream()
                        .filter(change -> change.handle((done, failure) -> failure != null)
                                .join()))
                .hasSize(5);
        assertThat(shared.read(session -> session.number("SELECT count(*) FROM usage"))
                        .join())
                .isEqualTo(45);
    }

    private void assertLost(Claim claim) {
        assertThat(queue().extend(claim)).isFalse();
        assertThat(queue().complete(claim)).isFalse();
        assertThat(queue().retryLater(claim, NOW, true)).isFalse();
        assertThat(queue().deadLetter(claim, "no")).isFalse();
    }

    private static List<Job> jobs(int from, int to) {
        return IntStream.range(from, to).<Job>mapToObj(Jobs::bulk).toList();
    }

    private List<String> drain() throws InterruptedException {
        List<String> ids = new ArrayList<>();
        for (List<Claim> claims = queue().claim(BOTH, 64, NOW);
                !claims.isEmpty();
                claims = queue().claim(BOTH, 64, NOW)) {
            for (Claim claim : claims) {
                ids.add(claim.job().id());
                queue().complete(claim);
            }
        }
        return ids;
    }
}
