package dev.afterimage.metrics;

import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueStatus;
import dev.afterimage.limit.Lane;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Decorator: counts jobs by what became of them: done (cancelled ones included), waiting (put back, without using an
 * attempt), retried (failed, and put back for another attempt), dead-lettered.
 */
public final class MeteredJobQueue implements JobQueue {

    private final JobQueue next;
    private final Counter done;
    private final Counter waiting;
    private final Counter retried;
    private final Counter deadLettered;

    public MeteredJobQueue(Meters meters, JobQueue next) {
        this.next = next;
        this.done = meters.jobs("done");
        this.waiting = meters.jobs("waiting");
        this.retried = meters.jobs("retried");
        this.deadLettered = meters.jobs("dead-lettered");
    }

    @Override
    public boolean fits(Job job) {
        return next.fits(job);
    }

    @Override
    public void enqueue(List<Job> jobs, Duration delay) {
        next.enqueue(jobs, delay);
    }

    @Override
    public List<Claim> claim(Set<Lane> lanes, int max, Duration wait) throws InterruptedException {
        return next.claim(lanes, max, wait);
    }

    @Override
    public boolean extend(Claim claim) {
        return next.extend(claim);
    }

    @Override
    public boolean complete(Claim claim) {
        return counted(done, next.complete(claim));
    }

    @Override
    public boolean retryLater(Claim claim, Duration delay, boolean countsAsAttempt) {
        return counted(countsAsAttempt ? retried : waiting, next.retryLater(claim, delay, countsAsAttempt));
    }

    @Override
    public boolean deadLetter(Claim claim, String reason) {
        return counted(deadLettered, next.deadLetter(claim, reason));
    }

    @Override
    public int redrive(int max, Consumer<Job> before) {
        return next.redrive(max, before);
    }

    @Override
    public QueueStatus status() {
        return next.status();
    }

    @Override
    public Duration visibilityTimeout() {
        return next.visibilityTimeout();
    }

    /** Counts the job if its claim was held. A job whose claim was lost is counted by the worker that has it now. */
    private static boolean counted(Counter outcome, boolean held) {
        if (held) {
            outcome.increment();
        }
        return held;
    }
}
