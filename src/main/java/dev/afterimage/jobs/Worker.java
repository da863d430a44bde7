package dev.afterimage.jobs;

import dev.afterimage.generation.AccountChoice.Apis;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Runs jobs, several at once. Either it takes them from the queue by itself, from {@link #start} to {@link #stop}, or they
 * are handed to it ({@link #process}), as Lambda does.
 */
public final class Worker {

    private static final System.Logger LOG = System.getLogger(Worker.class.getName());

    /** How long it waits at an empty queue, and so how long it may take to notice {@link #stop}. */
    private static final Duration IDLE_WAIT = Duration.ofSeconds(5);

    /**
     * The longest time for which a job is put back when its whole lane and API must wait. The provider, the limiter or the
     * budget may ask for a longer wait, but its reason may end earlier. Coming back earlier costs no calls, because
     * {@link PausedLanes} decides how often an API is tried.
     */
    private static final Duration LONGEST_PUT_BACK = Duration.ofMinutes(1);

    /**
     * No bound, for jobs that Lambda delivers. Nothing keeps those back while their API is paused, so a job that is put back
     * for a shorter time would only be delivered, and put back, again and again.
     */
    private static final Duration UNBOUNDED = Duration.ofSeconds(Long.MAX_VALUE);

    private static final Duration AFTER_OUTAGE = Duration.ofSeconds(5);

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    /** Waits after failures are doubled while they are shorter than this, so the longest is 32 s. */
    private static final Duration DOUBLED_BELOW = Duration.ofSeconds(30);

    /**
     * How many jobs of a paused API and lane that were put back without running become available again in a second, for
     * each job that the worker runs at once. A job with a call usually takes longer than a quarter of a second, so this
     * bound does not slow the worker down.
     */
    private static final int RETURNS_PER_SECOND = 4;

    private final JobQueue queue;
    private final JobRunner runner;
    private final Apis apis;
    private final int concurrency;
    private final Duration patience;
    private final Clock clock;
    private final Pause pause;
    private final ExecutorService threads;
    /** A permit for each further job that may run. */
    private final Semaphore capacity;

    /** The claims of the jobs that are being run, by their receipt handles. */
    private final Map<String, Claim> running = new ConcurrentHashMap<>();

    private final PausedLanes pausedLanes;
    private volatile @Nullable Future<?> taking;
    private volatile @Nullable Future<?> extending;
    private volatile boolean stopped;

    /**
     * A worker that does not work yet.
     *
     * @param apis tells which API a job needs
     * @param concurrency jobs at once
     * @param patience how long one job waits for its image before it goes back to the queue
     * @param threads virtual threads; not shut down by this class
     */
    public Worker(
            JobQueue queue,
            JobRunner runner,
            Apis apis,
            int concurrency,
            Duration patience,
            Clock clock,
            Pause pause,
            ExecutorService threads) {
        if (concurrency < 1) {
            throw new IllegalArgumentException("afterimage.pregeneration.concurrency must be at least 1");
        }
        this.queue = queue;
        this.runner = runner;
        this.apis = apis;
        this.concurrency = concurrency;
        this.patience = patience;
        this.clock = clock;
        this.pause = pause;
        this.threads = threads;
        this.capacity = new Semaphore(concurrency, true);
        this.pausedLanes = new PausedLanes(
                apis.apis(), Duration.ofSeconds(1).dividedBy((long) RETURNS_PER_SECOND * concurrency), clock);
    }

    /** Begins to take jobs. To be called once. */
    public void start() {
        taking = threads.submit(this::takeJobs);
        extending = threads.submit(this::extendRegularly);
    }

    /**
     * Claims no more jobs, and waits for the running ones to end. Those that don't end in time are handed to another
     * worker after the visibility timeout.
     *
     * @return whether all ended
     */
    public boolean stop(Duration grace) throws InterruptedException {
        claimNoMore();
        boolean all = pause.acquire(capacity, concurrency, grace);
        if (all) {
            capacity.release(concurrency);
        }
        cancel(extending);
        return all;
    }

    /** Claims no more jobs; the running ones go on. Does not wait. */
    public void claimNoMore() {
        stopped = true;
        cancel(taking);
    }

    private static void cancel(@Nullable Future<?> task) {
        if (task != null) {
            task.cancel(true);
        }
    }

    private void takeJobs() {
        repeat("look for jobs", () -> takeJobsOnce(IDLE_WAIT));
    }

    private void extendRegularly() {
        repeat("keep its claims", () -> {
            pause.await(queue.visibilityTimeout().dividedBy(3));
            extendClaims();
        });
    }

    /** Repeats the step until the thread is interrupted, whatever it throws: a loop that ended would end all work. */
    private void repeat(String what, Step step) {
        Duration wait = AFTER_FAILURE;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    step.run();
                    wait = AFTER_FAILURE;
                } catch (RuntimeException | Error failure) {
                    LOG.log(Level.ERROR, "the worker could not " + what + "; it tries again in " + wait, failure);
                    pause.await(wait);
                    wait = wait.compareTo(DOUBLED_BELOW) < 0 ? wait.multipliedBy(2) : wait;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One round of a loop. */
    private interface Step {

        void run() throws InterruptedException;
    }

    /** Whether it works as it should: false when one of its loops has ended although it was not stopped. */
    public boolean isHealthy() {
        return stopped || (hasNotEnded(taking) && hasNotEnded(extending));
    }

    private static boolean hasNotEnded(@Nullable Future<?> loop) {
        return loop == null || !loop.isDone();
    }

    /**
     * Waits until there is room for a job, then for a job, and starts as many as there is room for.
     *
     * @return how many were started
     */
    int takeJobsOnce(Duration wait) throws InterruptedException {
        capacity.acquire();
        int free = 1 + capacity.drainPermits();
        int taken = 0;
        try {
            Set<Lane> active = pausedLanes.active();
            Duration next = pausedLanes.untilNextPauseEnds(wait);
            if (active.isEmpty()) {
                pause.await(next);
                return 0;
            }
            List<Claim> claims = queue.claim(active, free, next);
            for (Claim claim : claims) {
                threads.execute(() -> work(claim));
                taken++;
            }
            return claims.size();
        } catch (QueueUnavailableException e) {
            LOG.log(Level.WARNING, "the queue cannot be asked for jobs", e);
            pause.await(AFTER_OUTAGE);
            return 0;
        } finally {
            capacity.release(free - taken);
        }
    }

    private void work(Claim claim) {
        try {
            running.put(claim.receiptHandle(), claim);
            Optional<Duration> putBack = whilePaused(claim.job());
            if (putBack.isPresent()) {
                runner.putBack(claim, putBack.get());
            } else {
                run(claim, Deadline.in(patience, clock), LONGEST_PUT_BACK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            // The job is handed out again when its claim has run out.
            LOG.log(Level.WARNING, "the outcome of job " + claim.job().id() + " could not be reported", e);
        } finally {
            running.remove(claim.receiptHandle());
            capacity.release();
        }
    }

    private void run(Claim claim, Deadline deadline, Duration longestPutBack) throws InterruptedException {
        Duration wait = runner.run(claim, deadline, longestPutBack);
        if (wait.isPositive()) {
            pausedLanes.pause(claim.job().lane(), apisOf(claim.job()), wait);
        }
    }

    /**
     * For how long the job is put back because its API is paused; empty when it may run. One that goes on with a job at
     * the provider always runs, because its image is paid for and may not be kept there for long.
     */
    private Optional<Duration> whilePaused(Job job) {
        return job instanceof Job.Image image && image.open().isEmpty()
                ? pausedLanes.putBack(image.lane(), apis.api(image.request()))
                : Optional.empty();
    }

    /**
     * The APIs whose jobs wait when this job must: the one that it needs, or all where it is a callback. What makes a callback
     * and others wait is an outage of Redis, the queue or the store, which every job needs.
     */
    private Set<String> apisOf(Job job) {
        return job instanceof Job.Image image ? Set.of(apis.api(image.request())) : apis.apis();
    }

    /** Extends the claims of the jobs that are being run, so that a slow image is not given to a second worker. */
    void extendClaims() {
        for (Claim claim : List.copyOf(running.values())) {
            try {
                if (!queue.extend(claim) && running.remove(claim.receiptHandle()) != null) {
                    LOG.log(Level.WARNING, "job " + claim.job().id() + " was given to another worker meanwhile");
                }
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "the claim of job " + claim.job().id() + " could not be extended", e);
            }
        }
    }

    /**
     * Runs jobs that were claimed elsewhere, at most {@code concurrency} at once. A job that must wait or is given up
     * counts as ended, because that was reported to the queue.
     *
     * @param claims by the caller's name for each, such as the id of the message that holds the job
     * @param deadline until when images are waited for
     * @return the names of the claims whose outcome could not be reported to the queue; their jobs must be delivered again
     */
    public Set<String> process(Map<String, Claim> claims, Deadline deadline) throws InterruptedException {
        Set<String> failed = ConcurrentHashMap.newKeySet();
        Semaphore done = new Semaphore(0);
        claims.forEach((name, claim) -> threads.execute(() -> {
            try {
                capacity.acquire();
                try {
                    run(claim, deadline.orEarlier(Deadline.in(patience, clock)), UNBOUNDED);
                } finally {
                    capacity.release();
                }
            } catch (InterruptedException e) {
                failed.add(name);
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.WARNING, "the outcome of job " + claim.job().id() + " could not be reported", e);
                failed.add(name);
            } finally {
                done.release();
            }
        }));
        done.acquire(claims.size());
        return Set.copyOf(failed);
    }
}
