package dev.afterimage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.pregeneration.queue.Claim;
import dev.afterimage.pregeneration.queue.Job;
import dev.afterimage.pregeneration.queue.JobQueue;
import dev.afterimage.pregeneration.queue.JobQueueContract;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.Jobs;
import dev.afterimage.time.Pause;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesystemJobQueueTest extends JobQueueContract {

    @TempDir
    private Path folder;

    private Pause pause;
    private JobQueue queue;

    @BeforeEach
    void open() {
        pause = new FakePause(clock);
        queue = another();
    }

    /** What another process would have. */
    private JobQueue another() {
        return new FilesystemJobQueue(new DataDirectory(folder, clock), Duration.ofMinutes(2), clock, pause);
    }

    @Override
    protected JobQueue queue() {
        return queue;
    }

    @Test
    void jobsSurviveTheirProcess() throws Exception {
        queue.enqueue(jobs(0, 700), NOW);
        Claim done = onlyClaim();
        queue.complete(done);
        Claim waiting = onlyClaim();
        queue.retryLater(waiting, Duration.ofMinutes(5), true);
        onlyClaim();

        JobQueue heir = another();

        assertThat(heir.status().bulk()).isEqualTo(699);
        assertThat(drain(heir))
                .hasSize(697)
                .doesNotContain(done.job().id(), waiting.job().id());
        clock.advance(Duration.ofMinutes(5).plus(A_MOMENT));
        assertThat(drain(heir)).hasSize(2).contains(waiting.job().id());
        assertThat(heir.status().depth()).isZero();
    }

    @Test
    void twoProcessesShareTheJobs() throws Exception {
        JobQueue other = another();
        queue.enqueue(jobs(0, 10), NOW);

        List<Claim> mine = queue.claim(BOTH, 4, NOW);
        List<Claim> theirs = other.claim(BOTH, 10, NOW);

        assertThat(Stream.concat(mine.stream(), theirs.stream())
                        .map(claim -> claim.job().id()))
                .hasSize(10)
                .doesNotHaveDuplicates();
        theirs.forEach(claim -> assertThat(other.complete(claim)).isTrue());
        mine.forEach(claim -> assertThat(queue.complete(claim)).isTrue());
        assertThat(queue.status().depth()).isZero();
    }

    @Test
    void whoeverWasTooSlowHasLostTheJob() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        Claim slow = onlyClaim();
        clock.advance(queue.visibilityTimeout().plus(A_MOMENT));
        JobQueue other = another();
        Claim taken = other.claim(BOTH, 1, NOW).getFirst();

        assertThat(queue.extend(slow)).isFalse();
        assertThat(queue.complete(slow)).isFalse();
        assertThat(queue.retryLater(slow, NOW, true)).isFalse();
        assertThat(queue.bury(slow, "no")).isFalse();
        assertThat(other.complete(taken)).isTrue();
        assertThat(queue.status().deadLetters()).isZero();
    }

    @Test
    void anotherProcessSeesWhatWasPutBack() throws Exception {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        Claim claim = onlyClaim();
        JobQueue other = another();
        assertThat(other.claim(BOTH, 1, NOW)).isEmpty();

        queue.retryLater(claim, NOW, true);

        assertThat(other.claim(BOTH, 1, Duration.ofSeconds(2))).hasSize(1);
    }

    @Test
    void anEmptyQueueIsWatchedForAsLongAsWasAsked() throws Exception {
        var before = clock.instant();

        assertThat(queue.claim(BOTH, 1, Duration.ofSeconds(5))).isEmpty();

        assertThat(Duration.between(before, clock.instant())).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void theOldestJobIsKnownByItsAge() {
        queue.enqueue(List.of(Jobs.bulk(1)), NOW);
        clock.advance(Duration.ofMinutes(7));
        queue.enqueue(List.of(Jobs.bulk(2)), NOW);

        assertThat(queue.status().oldestAge()).isEqualTo(Duration.ofMinutes(7));
    }

    @Test
    void nothingIsLeftOfJobsThatEnded() throws Exception {
        queue.enqueue(jobs(0, 1100), NOW);

        assertThat(drain(queue)).hasSize(1100);

        assertThat(filesUnder("queue")).isEmpty();
    }

    @Test
    void aProcessMayDieBetweenAnyTwoStepsOfOpening() throws Exception {
        queue.enqueue(jobs(0, 3), NOW);
        Path ready = only(folder.resolve("queue/bulk/ready"));
        Path half = folder.resolve("queue/bulk/building/" + ready.getFileName() + ".dead");
        Files.createDirectories(half);
        Files.createFile(half.resolve("0~0~0~0~"));
        Files.setLastModifiedTime(half, FileTime.from(clock.instant()));

        // It had laid the marks, and not yet moved the file: another opens the segment as if nothing had been.
        assertThat(another().claim(BOTH, 10, NOW)).hasSize(3);

        // It had moved the file too.
        clock.advance(Duration.ofMinutes(3));
        Path open = folder.resolve("queue/bulk/open/" + ready.getFileName());
        Files.move(open.resolve("jobs"), half.resolve("jobs"));
        deleteAll(open);
        assertThat(another().claim(BOTH, 10, NOW)).extracting(Claim::job).containsExactly(Jobs.bulk(0));
    }

    @Test
    void aProcessMayDieInTheMiddleOfClosing() throws Exception {
        queue.enqueue(jobs(0, 2), NOW);
        queue.complete(onlyClaim());
        Path open = only(folder.resolve("queue/bulk/open"));
        Path half = folder.resolve("queue/bulk/closing/" + open.getFileName() + ".dead");
        Files.createDirectories(half.resolveSibling(""));
        Files.move(open, half);

        assertThat(drain(another())).hasSize(1);
        assertThat(filesUnder("queue")).isEmpty();
    }

    @Test
    void aLineThatIsNoJobIsBuriedAndDoesNotStopTheOthers() throws Exception {
        queue.enqueue(jobs(0, 2), NOW);
        Path ready = only(folder.resolve("queue/bulk/ready"));
        List<String> lines = new ArrayList<>(Files.readAllLines(ready));
        lines.set(0, "{\"id\":\"job");
        Files.write(ready, lines);

        assertThat(drain(queue)).containsExactly("job-1");
        assertThat(queue.status().deadLetters()).isEqualTo(1);
        assertThat(queue.redrive(10)).isZero();
    }

    private static List<Job> jobs(int from, int to) {
        return IntStream.range(from, to).mapToObj(Jobs::bulk).toList();
    }

    private static List<String> drain(JobQueue queue) throws InterruptedException {
        List<String> ids = new ArrayList<>();
        for (List<Claim> claims = queue.claim(BOTH, 64, NOW); !claims.isEmpty(); claims = queue.claim(BOTH, 64, NOW)) {
            for (Claim claim : claims) {
                ids.add(claim.job().id());
                queue.complete(claim);
            }
        }
        return ids;
    }

    private List<Path> filesUnder(String name) {
        try (Stream<Path> files = Files.walk(folder.resolve(name))) {
            return files.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path only(Path parent) throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.findFirst().orElseThrow();
        }
    }

    private static void deleteAll(Path parent) throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(parent);
    }
}
