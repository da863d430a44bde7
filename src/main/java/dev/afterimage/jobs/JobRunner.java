package dev.afterimage.jobs;

import static dev.afterimage.generation.GenerationException.withoutQuotes;

import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.BatchRows.RowResult;
import dev.afterimage.jobs.JobOutcomes.JobOutcome;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.time.Deadline;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Runs one claimed job to its outcome. The end is recorded in the batch before it is reported to the queue: when the
 * process dies in between, the job runs once more, finds its image made, and is still counted once.
 */
public final class JobRunner {

    private static final System.Logger LOG = System.getLogger(JobRunner.class.getName());

    private final ImageService images;
    private final JobQueue queue;
    private final BatchRows batches;
    private final PendingKeys marks;
    private final JobOutcomes outcomes;
    private final Callbacks callbacks;

    public JobRunner(
            ImageService images,
            JobQueue queue,
            BatchRows batches,
            PendingKeys marks,
            JobOutcomes outcomes,
            Callbacks callbacks) {
        this.images = images;
        this.queue = queue;
        this.batches = batches;
        this.marks = marks;
        this.outcomes = outcomes;
        this.callbacks = callbacks;
    }

    /**
     * Runs the job and reports its outcome. Blocks; call it from a virtual thread.
     *
     * @param deadline until when the image is waited for
     * @param longestPutBack the longest time for which the job is put back when its whole lane and API must wait, however
     *     long a wait the provider, the limiter or the budget asks for
     * @return how long the other jobs of its lane and image API should wait; zero when they need not
     */
    Duration run(Claim claim, Deadline deadline, Duration longestPutBack) throws InterruptedException {
        try {
            return runOnce(claim, deadline, longestPutBack);
        } catch (QueueUnavailableException lost) {
            // A claim that runs out would count as a worker that died while it had the job.
            LOG.log(Level.WARNING, "job " + claim.job().id() + " is put back: its end cannot be recorded", lost);
            // Its mark is not confirmed: if only the queue's answer was lost, the job has ended, and nothing would
            // clear the mark any more.
            queue.retryLater(claim, JobOutcomes.OUTAGE.delay(), false);
            return JobOutcomes.OUTAGE.delay();
        }
    }

    /** Puts the job back without running it. Uses no attempt. */
    void putBack(Claim claim, Duration delay) {
        settle(claim, new JobOutcome.Wait(delay, false));
    }

    private Duration runOnce(Claim claim, Deadline deadline, Duration longestPutBack) throws InterruptedException {
        // A job with an open job at the provider runs although its batch is cancelled: its image is paid for.
        if (claim.job() instanceof Job.Image job
                && job.open().isEmpty()
                && job.row().isPresent()
                && batches.isCancelled(job.row().get().batch())) {
            queue.complete(claim);
            return Duration.ZERO;
        }
        JobOutcome outcome = outcomes.isPoison(claim.deliveries())
                ? new JobOutcome.DeadLettered("Handed out " + (claim.deliveries() - 1)
                        + " times and never ended: its worker died or hung each time.")
                : attempt(claim, deadline);
        boolean shortened = outcome instanceof JobOutcome.Wait wait
                && wait.concernsOthers()
                && wait.delay().compareTo(longestPutBack) > 0;
        return settle(claim, shortened ? new JobOutcome.Wait(longestPutBack, true) : outcome);
    }

    private JobOutcome attempt(Claim claim, Deadline deadline) throws InterruptedException {
        try {
            return switch (claim.job()) {
                case Job.Image image -> attempt(image, claim.attempts(), deadline);
                case Job.Callback callback -> callbacks.deliver(callback, claim.attempts(), outcomes);
            };
        } catch (ExecutionException | RuntimeException e) {
            Throwable failure = unwrap(e);
            JobOutcome outcome = outcomes.of(failure, claim.attempts());
            if (outcome instanceof JobOutcome.Retry) {
                LOG.log(Level.DEBUG, () -> "job " + claim.job().id() + " failed", failure);
            }
            return outcome;
        }
    }

    private JobOutcome attempt(Job.Image job, int attempts, Deadline deadline)
            throws ExecutionException, InterruptedException {
        return outcomes.of(
                images.obtain(GenerationRequest.ofJob(job.request(), job.caller(), job.lane(), deadline, job.horizon())
                                .goingOnWith(job.open()))
                        .toCompletableFuture()
                        .get(),
                attempts);
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable inner = failure;
        while ((inner instanceof ExecutionException || inner instanceof CompletionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    private Duration settle(Claim claim, JobOutcome outcome) {
        return switch (outcome) {
            case JobOutcome.Done done -> {
                report(claim.job(), done.how(), "", Optional.of(done.key()));
                queue.complete(claim);
                // After a purge the image was made under a new key, and none will come under the job's.
                if (claim.job() instanceof Job.Image image && !image.key().equals(done.key())) {
                    noteGivenUp(image);
                }
                yield Duration.ZERO;
            }
            case JobOutcome.CallbackTaken taken -> {
                queue.complete(claim);
                yield Duration.ZERO;
            }
            case JobOutcome.Wait wait -> {
                keepMark(claim.job());
                queue.retryLater(claim, wait.delay(), false);
                yield wait.concernsOthers() ? wait.delay() : Duration.ZERO;
            }
            case JobOutcome.Unfinished unfinished -> {
                Claim open = claim.goingOnWith(unfinished.job());
                keepMark(claim.job());
                queue.retryLater(queue.fits(open.job()) ? open : claim, unfinished.delay(), false);
                yield Duration.ZERO;
            }
            case JobOutcome.Retry retry -> {
                LOG.log(
                        Level.INFO,
                        () -> "job " + claim.job().id() + ": attempt " + (claim.attempts() + 1) + " failed, next in "
                                + retry.delay() + ": " + withoutQuotes(retry.reason()));
                keepMark(claim.job());
                queue.retryLater(claim, retry.delay(), true);
                yield Duration.ZERO;
            }
            case JobOutcome.DeadLettered deadLetter -> {
                LOG.log(
                        Level.WARNING,
                        () -> "job " + claim.job().id() + " is given up: " + withoutQuotes(deadLetter.reason()));
                report(claim.job(), RowResult.Outcome.FAILED, deadLetter.reason(), Optional.empty());
                queue.deadLetter(claim, deadLetter.reason());
                noteGivenUp(claim.job());
                yield Duration.ZERO;
            }
        };
    }

    private void report(Job job, RowResult.Outcome outcome, String reason, Optional<ImageKey> made) {
        if (!(job instanceof Job.Image image)) {
            return;
        }
        image.row().ifPresent(row -> {
            Optional<ImageKey> key = made.or(() -> Optional.of(image.key()));
            if (batches.record(row.batch(), List.of(new RowResult(row.line(), outcome, reason, key)))) {
                callbacks.tellIfDue(batches, row.batch());
            }
        });
        if (isRefresh(image)) {
            marks.clear(PendingKeys.ofRefresh(image.key()));
        } else if (isPromised(image)) {
            marks.clear(image.key());
        }
    }

    /**
     * Notes that nobody makes the image of this key any more, so that its callbacks report a failure. To be called after the
     * job has left the queue: before that it might be handed out again, and bring the image. Where the note fails, the
     * callbacks report the failure some minutes later.
     */
    private void noteGivenUp(Job job) {
        if (job instanceof Job.Image image && isPromised(image)) {
            try {
                marks.giveUp(image.key());
            } catch (QueueUnavailableException gone) {
                LOG.log(Level.DEBUG, "it could not be noted that a job was given up", gone);
            }
        }
    }

    /** Whether somebody was promised the image, so that its key has a mark in {@link PendingKeys}. */
    private static boolean isPromised(Job.Image job) {
        return job.lane() == Lane.INTERACTIVE;
    }

    /**
     * Whether it may be the refresh of a stale image, which has a mark of its own; a catalogue's job cannot be told from one.
     */
    private static boolean isRefresh(Job.Image job) {
        return !isPromised(job) && job.row().isEmpty();
    }

    /**
     * Confirms the mark of a job that is put back, because a mark ends by itself some days after it was last confirmed; a
     * mark that was lost is set anew. Done while the claim is held, so that nobody else can have ended the job.
     */
    private void keepMark(Job job) {
        if (!(job instanceof Job.Image image)) {
            return;
        }
        try {
            if (isRefresh(image)) {
                marks.confirm(PendingKeys.ofRefresh(image.key()));
            } else if (isPromised(image)) {
                keepMark(image.key());
            }
        } catch (QueueUnavailableException gone) {
            LOG.log(Level.DEBUG, "a mark could not be confirmed", gone);
        }
    }

    private void keepMark(ImageKey key) {
        if (marks.of(key) == PendingKeys.Mark.CONFIRMED) {
            marks.confirm(key);
        } else if (!marks.isGivenUp(key)) {
            marks.intend(key);
            marks.confirm(key);
        }
    }
}
