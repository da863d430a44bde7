package dev.afterimage.aws;

import dev.afterimage.limit.Lane;
import java.util.Optional;

/** The URLs of the three queues. */
public record SqsQueues(String interactive, String bulk, String deadLetter) {

    /**
     * The configured queues.
     *
     * @throws IllegalArgumentException when one is missing
     */
    public static SqsQueues of(SqsConfig config) {
        return new SqsQueues(
                named(config.interactiveQueueUrl(), "interactive"),
                named(config.bulkQueueUrl(), "bulk"),
                named(config.deadLetterQueueUrl(), "dead-letter"));
    }

    private static String named(Optional<String> url, String queue) {
        return url.orElseThrow(() -> new IllegalArgumentException(
                "Set afterimage.sqs." + queue + "-queue-url; afterimage.queue=sqs needs all three queues."));
    }

    String of(Lane lane) {
        return switch (lane) {
            case INTERACTIVE -> interactive;
            case BULK -> bulk;
        };
    }
}
