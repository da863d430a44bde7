package dev.afterimage.testing;

import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueStatus;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.Lane;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A queue in memory that keeps the contract and never waits. */
public final class MemoryJobQueue implements JobQueue {

    private static final Duration VISIBILITY = Duration.ofMinutes(2);

    private final Clock clock;
    private final List<Waiting> jobs = new ArrayList<>();
    private final List<DeadLetter> deadLetters = new ArrayList<>();
    private int receipts;
    private @Nullable ImageKey broken;
    private Predicate<Job.Image> fitting = job -> true;
    private final Deque<RuntimeException> failures = new ArrayDeque<>();
    private Runnable beforeEnqueue = () -> {};

    public MemoryJobQueue(Clock clock) {
        this.clock = clock;
    }

    /** From now on only these jobs fit. */
    public synchronized void takeOnly(Predicate<Job.Image> jobs) {
        fitting = jobs;
    }

    /** The next claims fail so, one after another. */
    public synchronized void failToClaim(RuntimeException... next) {
        failures.addAll(List.of(next));
    }

    /** Runs before jobs are put on the queue, and may fail in its place. */
    public synchronized void beforeEnqueue(Runnable action) {
        beforeEnqueue = action;
    }

    /** This job's claims can neither be ended nor put back. */
    public synchronized void breakFor(ImageKey key) {
        broken = key;
    }

    private void failIfBroken(Claim claim) {
        if (claim.job() instanceof Job.Image image && image.key().equals(broken)) {
            throw new QueueUnavailableException("broken", new IllegalStateException());
        }
    }

    @Override
    public synchronized boolean fits(Job job) {
        return !(job instanceof Job.Image image) || fitting.test(image);
    }

    /** A job on the dead-letter queue. */
    public record DeadLetter(Job job, String reason) {}

    private static final class Waiting {
        final Job job;
        final Instant created;
        Instant due;
        int attempts;
        int deliveries;
        String receipt = "";

        Waiting(Job job, Instant created, Instant due) {
            this.job = job;
            this.created = created;
            this.due = due;
        }
    }

    @Override
    public synchronized void enqueue(List<Job> more, Duration delay) {
        beforeEnqueue.run();
        if (!more.stream().allMatch(this::fits)) {
            throw new QueueUnavailableException("not taken", new IllegalStateException());
        }
        Instant now = clock.instant();
        more.forEach(job -> jobs.add(new Waiting(job, now, now.plus(delay))));
    }

    @Override
    public synchronized List<Claim> claim(Set<Lane> lanes, int max, Duration wait) {
        if (!failures.isEmpty()) {
            throw failures.remove();
        }
        Instant now = clock.instant();
        List<Claim> claims = new ArrayList<>();
        for (Lane lane : Lane.values()) {
            for (Waiting job : jobs) {
                boolean due = !job.due.isAfter(now) && lanes.contains(lane) && job.job.lane() == lane;
                if (due && claims.size() < max) {
                    job.due = now.plus(VISIBILITY);
                    job.deliveries++;
                    job.receipt = "r" + receipts++;
                    claims.add(new Claim(job.job, job.attempts, job.deliveries, job.receipt));
                }
            }
        }
        return claims;
    }

    @Override
    public synchronized boolean extend(Claim claim) {
        List<Waiting> held = find(claim);
        held.forEach(job -> job.due = clock.instant().plus(VISIBILITY));
        return !held.isEmpty();
    }

    private List<Waiting> find(Claim claim) {
        return jobs.stream()
                .filter(job -> job.receipt.equals(claim.receiptHandle()))
                .toList();
    }

    @Override
    public synchronized boolean complete(Claim claim) {
        failIfBroken(claim);
        return jobs.removeAll(find(claim));
    }

    @Override
    public synchronized boolean retryLater(Claim claim, Duration delay, boolean countsAsAttempt) {
        failIfBroken(claim);
        for (Waiting job : find(claim)) {
            job.due = clock.instant().plus(delay);
            job.attempts += countsAsAttempt ? 1 : 0;
            job.deliveries = 0;
            job.receipt = "";
            return true;
        }
        return false;
    }

    @Override
    public synchronized boolean deadLetter(Claim claim, String reason) {
        boolean held = complete(claim);
        if (held) {
            deadLetters.add(new DeadLetter(claim.job(), reason));
        }
        return held;
    }

    @Override
    public synchronized int redrive(int max, Consumer<Job> before) {
        List<DeadLetter> some = List.copyOf(deadLetters.subList(0, Math.min(max, deadLetters.size())));
        some.forEach(letter -> before.accept(letter.job()));
        deadLetters.removeAll(some);
        enqueue(some.stream().map(DeadLetter::job).toList(), Duration.ZERO);
        return some.size();
    }

    @Override
    public synchronized QueueStatus status() {
        return new QueueStatus(
                jobs.stream().filter(job -> job.job.lane() == Lane.INTERACTIVE).count(),
                jobs.stream().filter(job -> job.job.lane() == Lane.BULK).count(),
                Optional.of(jobs.stream()
                        .map(job -> Duration.between(job.created, clock.instant()))
                        .max(Duration::compareTo)
                        .orElse(Duration.ZERO)),
                deadLetters.size());
    }

    @Override
    public Duration visibilityTimeout() {
        return VISIBILITY;
    }

    public synchronized void clear() {
        jobs.clear();
        deadLetters.clear();
    }

    public synchronized List<DeadLetter> deadLetters() {
        return List.copyOf(deadLetters);
    }
}
