package dev.afterimage.aws;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import java.util.Optional;

/** The queues in Amazon SQS; all three are needed when {@code afterimage.queue=sqs}. Standard queues are meant. */
@ConfigMapping(prefix = "afterimage.sqs")
public interface SqsConfig {

    /** Jobs that somebody waits for. */
    @WithName("interactive-queue-url")
    Optional<String> interactiveQueueUrl();

    /** Jobs of catalogues and batches. */
    @WithName("bulk-queue-url")
    Optional<String> bulkQueueUrl();

    /**
     * Where jobs end that were given up. The other two queues also name it in their redrive policy, as a safety net, with a
     * {@code maxReceiveCount} above {@code afterimage.pregeneration.max-deliveries}.
     */
    @WithName("dead-letter-queue-url")
    Optional<String> deadLetterQueueUrl();

    /** One attempt; the SDK repeats it twice at most. A call that waits for messages may take as much longer as it waits. */
    @WithName("attempt-timeout")
    @WithDefault("3s")
    Duration attemptTimeout();

    /** All attempts together. A caller who is to be answered with 202 waits for them, so keep it below the deadline. */
    @WithDefault("6s")
    Duration timeout();
}
