package dev.afterimage.filesystem;

import dev.afterimage.pregeneration.queue.Job;
import dev.afterimage.pregeneration.queue.JobCodec;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts dead letters back on the queue, a segment at a time. A job leaves the dead letters when it is on the queue, so a process
 * that dies in between leaves it in both; it is billed once all the same.
 */
final class Redrive {

    private final DeadLetterFolder deadLetters;
    private final JobIntake intake;

    Redrive(DeadLetterFolder deadLetters, JobIntake intake) {
        this.deadLetters = deadLetters;
        this.intake = intake;
    }

    /** The oldest first, {@code max} at most; what is no job stays. To be called with the queue's lock held. */
    int run(int max, Instant now) throws IOException {
        int redriven = 0;
        List<Job> jobs = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (String name : deadLetters.oldest(max)) {
            Optional<Job> job = deadLetters.job(name).flatMap(Redrive::decode);
            job.ifPresent(present -> {
                jobs.add(present);
                names.add(name);
            });
            if (jobs.size() == QueueLane.MOST_JOBS) {
                redriven += putBack(jobs, names, now);
            }
        }
        return redriven + putBack(jobs, names, now);
    }

    private int putBack(List<Job> jobs, List<String> names, Instant now) throws IOException {
        intake.putHere(jobs, now);
        for (String name : names) {
            deadLetters.remove(name);
        }
        int count = jobs.size();
        jobs.clear();
        names.clear();
        return count;
    }

    private static Optional<Job> decode(String line) {
        try {
            return Optional.of(JobCodec.decode(line));
        } catch (RuntimeException damaged) {
            return Optional.empty();
        }
    }
}
