package dev.afterimage.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.limit.Lane;
import dev.afterimage.testing.JavaProcess;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MutableClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker process that is killed in the middle of its work loses nothing. */
class KilledWorkerTest {

    private static final int JOBS = 1200;
    private static final Duration VISIBILITY = Duration.ofSeconds(15);

    @TempDir
    private Path folder;

    /** What the killed process does: queues, claims ten at a time, completes nine of them, and says which beforehand. */
    public static final class Victim {

        public static void main(String[] args) throws Exception {
            JobQueue queue = queue(new Database(Path.of(args[0]), false), Clock.systemUTC());
            queue.enqueue(IntStream.range(0, JOBS).<Job>mapToObj(Jobs::bulk).toList(), Duration.ZERO);
            while (true) {
                List<Claim> claims = queue.claim(EnumSet.allOf(Lane.class), 10, Duration.ZERO);
                for (Claim claim : claims.subList(0, 9)) {
                    Files.writeString(Path.of(args[1]), claim.job().id() + "\n", StandardOpenOption.APPEND);
                    queue.complete(claim);
                    System.out.println("one more");
                    System.out.flush();
                }
            }
        }
    }

    private static JobQueue queue(Database database, Clock clock) {
        return new SqliteJobQueue(database, VISIBILITY, clock, wait -> {});
    }

    @Test
    void everyJobThatWasNotCompletedComesBack() throws Exception {
        Path diary = Files.createFile(folder.resolve("diary"));
        try (JavaProcess victim = JavaProcess.start(Victim.class, folder, diary)) {
            for (int i = 0; i < 600; i++) {
                victim.nextLine();
            }
            victim.kill();
        }
        List<String> announced = Files.readAllLines(diary);
        MutableClock clock = new MutableClock(Instant.now());
        try (Database database = new Database(folder, false)) {
            assertNothingIsLost(queue(database, clock), announced, clock);
        }
    }

    private static void assertNothingIsLost(JobQueue heir, List<String> announced, MutableClock clock)
            throws InterruptedException {
        Set<String> back = new TreeSet<>(drain(heir));
        clock.advance(VISIBILITY.plusSeconds(5));
        Set<String> orphans = new TreeSet<>(drain(heir));

        assertThat(orphans).isNotEmpty().doesNotContainAnyElementsOf(back);
        back.addAll(orphans);
        // At most the last one was announced and not completed.
        assertThat(back).doesNotContainAnyElementsOf(announced.subList(0, announced.size() - 1));
        back.addAll(announced);
        assertThat(back).hasSize(JOBS);
        assertThat(heir.status().depth()).isZero();
    }

    private static List<String> drain(JobQueue queue) throws InterruptedException {
        List<String> ids = new ArrayList<>();
        for (List<Claim> claims = queue.claim(EnumSet.allOf(Lane.class), 50, Duration.ZERO);
                !claims.isEmpty();
                claims = queue.claim(EnumSet.allOf(Lane.class), 50, Duration.ZERO)) {
            claims.forEach(claim -> {
                ids.add(claim.job().id());
                queue.complete(claim);
            });
        }
        return ids;
    }
}
