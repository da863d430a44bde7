package dev.afterimage.jobs;

import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Receipts.OpenJob;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Port: jobs that survive their process. Delivers at least once; the pipeline makes sure that a second delivery costs
 * nothing. Operations block (call them from a virtual thread) and fail with a {@link QueueUnavailableException}.
 *
 * <p>A claimed job is invisible to others for {@link #visibilityTimeout()}. When its holder neither ends nor extends it by
 * then, it is handed out again. Operations on a claim answer {@code false} when the claim was lost that way; where a
 * backend cannot tell, they answer {@code true}.
 */
public interface JobQueue {

    /** Whether a job is small enough for the backend; {@link #enqueue} refuses others. */
    default boolean fits(Job job) {
        return true;
    }

    /**
     * Queues jobs, each in its own lane. Once this returns they survive a crash; when it fails, some may have been
     * accepted.
     *
     * @param delay the time for which they are not handed out, of any length; zero for at once
     * @throws dev.afterimage.image.InvalidRequestException when a job is larger than the backend can hold
     */
    void enqueue(List<Job> jobs, Duration delay);

    /**
     * Hands out jobs, those of the interactive lane first.
     *
     * @param lanes the lanes to take jobs from
     * @param max at most so many, at least 1
     * @param wait how long to wait for the first; zero answers at once
     */
    List<Claim> claim(Set<Lane> lanes, int max, Duration wait) throws InterruptedException;

    /** Keeps the claim for another {@link #visibilityTimeout()} from now. */
    boolean extend(Claim claim);

    /** The job is done. */
    boolean complete(Claim claim);

    /**
     * Puts the job back.
     *
     * @param delay the time for which it is not handed out, of any length
     * @param countsAsAttempt whether {@link Claim#attempts()} rises
     */
    boolean retryLater(Claim claim, Duration delay, boolean countsAsAttempt);

    /**
     * Puts the job on the dead-letter queue, for an operator to look at and {@linkplain #redrive redrive}.
     *
     * @param reason why, without secrets. What the provider wrote stands in it in quotation marks and may repeat data
     *     values
     */
    boolean deadLetter(Claim claim, String reason);

    /**
     * Puts jobs from the dead-letter queue back into their lanes, with no attempt used.
     *
     * @param max at most so many
     * @param before called with each job before anybody can claim it; when it throws, the job stays a dead letter
     * @return how many were put back
     */
    int redrive(int max, Consumer<Job> before);

    QueueStatus status();

    Duration visibilityTimeout();

    /**
     * A job held by one worker, until the visibility timeout unless {@linkplain JobQueue#extend extended}.
     *
     * @param attempts failed attempts before this one; waits that the provider asked for don't count
     * @param deliveries how often it was handed out since it was last put on the queue, this time included; more than
     *     one means that a worker died while it had the job, or was too slow
     * @param receiptHandle the queue's name for this claim, as in SQS; it has nothing to do with the
     *     {@link dev.afterimage.limit.Receipt} of a call
     */
    record Claim(Job job, int attempts, int deliveries, String receiptHandle) {

        /**
         * This claim, whose job now carries what finds the provider's job again, so that the next attempt goes on with
         * that one. A backend that cannot change a queued job ignores it.
         */
        Claim goingOnWith(OpenJob open) {
            return new Claim(
                    job instanceof Job.Image image ? image.goingOnWith(open) : job,
                    attempts,
                    deliveries,
                    receiptHandle);
        }
    }

    /**
     * What the operator sees of the queue.
     *
     * @param interactive unfinished jobs of the interactive lane: waiting, delayed or claimed
     * @param bulk the same in the bulk lane
     * @param oldestAge the time since the oldest of them was put on the queue; zero when none waits, empty where the backend
     *     cannot tell
     * @param deadLetters jobs on the dead-letter queue
     */
    record QueueStatus(long interactive, long bulk, Optional<Duration> oldestAge, long deadLetters) {

        public long depth() {
            return interactive + bulk;
        }
    }

    /**
     * The queue cannot be used now. Of a call that failed in this way, a part may have been carried out (see
     * {@link #enqueue}). The message is for the operator and holds no job's data.
     */
    class QueueUnavailableException extends RuntimeException {

        public QueueUnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
