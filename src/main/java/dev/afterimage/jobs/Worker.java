package dev.afterimage.jobs;

import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.limit.Lane;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Works jobs off, so many at once. Either it looks for them itself, from {@link #start} to {@link #stop}, or it is handed
 * them ({@link #process}), as Lambda does.
 */
public final class Worker {

    private static final System.Logger LOG = System.getLogger(Worker.class.getName());

    /** How long one look into an empty queue takes, and so how long {@link #stop} may take to be noticed. */
    private static final Duration LOOK = Duration.ofSeconds(5);

    private static final Duration AFTER_OUTAGE = Duration.ofSeconds(5);

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    /** Or up to twice as long, for the wait doubles until it is reached. */
    private static final Duration LONGEST_AFTER_FAILURE = Duration.ofSeconds(30);

    private final JobQueue queue;
    private final JobRunner runner;
    private final int concurrency;
    private final Duration patience;
    private final Clock clock;
    private final Pause pause;
    private final ExecutorService threads;
    private final Semaphore hands;
    private final Heartbeat heartbeat;
    private final LaneGate gate;
    private volatile @Nullable Future<?> looking;
    private volatile @Nullable Future<?> beating;
    private volatile boolean stopped;

    /**
     * A worker that does not work yet.
     *
     * @param concurrency jobs at once
     * @param patience how long one job waits for its image before it goes back to the queue
     * @param threads virtual threads; not shut down by this class
     */
    public Worker(
            JobQueue queue,
            JobRunner runner,
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
        this.concurrency = concurrency;
        this.patience = patience;
        this.clock = clock;
        this.pause = pause;
        this.threads = threads;
        this.hands = new Semaphore(concurrency, true);
        this.heartbeat = new Heartbeat(queue);
        this.gate = new LaneGate(clock);
    }

    /** Begins to look for jobs. To be called once. */
    public void start() {
        looking = threads.submit(this::look);
        beating = threads.submit(this::beat);
    }

    /**
     * Claims no more, and waits for the jobs at hand to end. Those that don't end in time are handed to another worker after
     * the visibility timeout.
     *
     * @return whether all ended
     */
    public boolean stop(Duration grace) throws InterruptedException {
        claimNoMore();
        boolean all = pause.acquire(hands, concurrency, grace);
        if (all) {
            hands.release(concurrency);
        }
        cancel(beating);
        return all;
    }

    /** Claims no more; the jobs at hand go on. Does not wait. */
    public void claimNoMore() {
        stopped = true;
        cancel(looking);
    }

    private static void cancel(@Nullable Future<?> task) {
        if (task != null) {
            task.cancel(true);
        }
    }

    private void look() {
        goOn("look for jobs", () -> lookOnce(LOOK));
    }

    private void beat() {
        goOn("keep its claims", () -> {
            pause.await(queue.visibilityTimeout().dividedBy(3));
            heartbeat.beat();
        });
    }

    /** Does the step again and again until the thread is interrupted, whatever it throws: a loop that ended would end all work. */
    private void goOn(String what, Step step) {
        Duration wait = AFTER_FAILURE;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    step.run();
                    wait = AFTER_FAILURE;
                } catch (RuntimeException | Error failure) {
                    LOG.log(Level.ERROR, "the worker could not " + what + "; it tries again in " + wait, failure);
                    pause.await(wait);
                    wait = wait.compareTo(LONGEST_AFTER_FAILURE) < 0 ? wait.multipliedBy(2) : wait;
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

    /** Whether it does what it was told: false when it was started, not stopped, and looks for jobs no more. */
    public boolean isWell() {
        return stopped || (goesOn(looking) && goesOn(beating));
    }

    private static boolean goesOn(@Nullable Future<?> loop) {
        return loop == null || !loop.isDone();
    }

    /**
     * Waits for a free hand and then for a job, and puts as many jobs in hand as there are hands free.
     *
     * @return how many
     */
    int lookOnce(Duration wait) throws InterruptedException {
        hands.acquire();
        int free = 1 + hands.drainPermits();
        int taken = 0;
        try {
            Set<Lane> open = gate.open();
            Duration next = gate.untilNextOpens(wait);
            if (open.isEmpty()) {
                pause.await(next);
                return 0;
            }
            List<Claim> claims = queue.claim(open, free, next);
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
            hands.release(free - taken);
        }
    }

    private void work(Claim claim) {
        try {
            heartbeat.begin(claim);
            run(claim, Deadline.in(patience, clock));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            // Its claim runs out, and it is handed out again.
            LOG.log(Level.WARNING, "job " + claim.job().id() + " could not be ended", e);
        } finally {
            heartbeat.end(claim);
            hands.release();
        }
    }

    private void run(Claim claim, Deadline deadline) throws InterruptedException {
        Duration wait = runner.run(claim, deadline);
        if (wait.isPositive()) {
            gate.shut(claim.job().lane(), wait);
        }
    }

    /** A beat by hand, for tests and for those who don't {@link #start}. */
    void beatOnce() {
        heartbeat.beat();
    }

    /**
     * Works off jobs that were claimed elsewhere, at most {@code concurrency} at once. A job that met its outcome, be it to wait
     * or to be given up, has ended here: the queue holds what is left of it.
     *
     * @param claims by the name under which the caller knows them
     * @param deadline until when images are waited for
     * @return the names of those whose outcome the queue did not take, which must be handed out again
     */
    public Set<String> process(Map<String, Claim> claims, Deadline deadline) throws InterruptedException {
        Set<String> failed = ConcurrentHashMap.newKeySet();
        Semaphore done = new Semaphore(0);
        claims.forEach((name, claim) -> threads.execute(() -> {
            try {
                hands.acquire();
                try {
                    run(claim, deadline.orEarlier(Deadline.in(patience, clock)));
                } finally {
                    hands.release();
                }
            } catch (InterruptedException e) {
                failed.add(name);
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.WARNING, "job " + claim.job().id() + " could not be ended", e);
                failed.add(name);
            } finally {
                done.release();
            }
        }));
        done.acquire(claims.size());
        return Set.copyOf(failed);
    }

    /** Extends the claims of the jobs that are being worked on, so that a slow image is not given to a second worker. */
    private static final class Heartbeat {

        private final JobQueue queue;
        private final Map<String, Claim> working = new ConcurrentHashMap<>();

        Heartbeat(JobQueue queue) {
            this.queue = queue;
        }

        void begin(Claim claim) {
            working.put(claim.receipt(), claim);
        }

        void end(Claim claim) {
            working.remove(claim.receipt());
        }

        /** To be called a few times in every visibility timeout. */
        void beat() {
            for (Claim claim : List.copyOf(working.values())) {
                try {
                    if (!queue.extend(claim) && working.remove(claim.receipt()) != null) {
                        LOG.log(Level.WARNING, "job " + claim.job().id() + " was given to another worker meanwhile");
                    }
                } catch (RuntimeException e) {
                    LOG.log(Level.WARNING, "job " + claim.job().id() + " cannot be kept", e);
                }
            }
        }
    }
}
