package dev.afterimage.aws;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** The three standard queues in Amazon SQS; all are required where {@code afterimage.queue=sqs}. */
@ConfigMapping(prefix = "afterimage.sqs")
public interface SqsConfig {

    /** The queue of jobs that somebody waits for. */
    Optional<String> interactiveQueueUrl();

    /** The queue of jobs of catalogues, batches and refreshes. */
    Optional<String> bulkQueueUrl();

    /**
     * The dead-letter queue. The other two queues also name it in their redrive policies, as a safety net, with a
     * {@code maxReceiveCount} above {@code afterimage.pregeneration.max-deliveries}.
     */
    Optional<String> deadLetterQueueUrl();

    /**
     * How long one attempt of a call may take; the SDK makes up to two more. A call that waits for messages may take
     * longer by that wait.
     */
    @WithDefault("3s")
    Duration attemptTimeout();

    /**
     * How long all attempts of a call may take together. A caller who gets a 202 waits for them, so keep it below
     * {@code afterimage.http.deadline}.
     */
    @WithDefault("6s")
    Duration timeout();
}
