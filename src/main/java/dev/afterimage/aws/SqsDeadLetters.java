package dev.afterimage.aws;

import dev.afterimage.jobs.Claim;
import java.time.Clock;
import java.util.Map;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** Puts on the dead-letter queue what cannot be done, with the reason on the message. */
final class SqsDeadLetters {

    private static final String REASON = "reason";
    private static final int MOST_REASON = 1000;

    private final SqsClient sqs;
    private final String queue;
    private final Clock clock;

    SqsDeadLetters(SqsClient sqs, String queue, Clock clock) {
        this.sqs = sqs;
        this.queue = queue;
        this.clock = clock;
    }

    /** The message says of no attempt, so that it has them all again when SQS itself moves it back ("Configure a DLQ redrive"). */
    void deadLetter(Claim claim, String reason) {
        SqsJob job = new SqsJob(claim.job(), 0, clock.instant());
        Map<String, MessageAttributeValue> attributes = job.attributes();
        attributes.put(REASON, SqsJob.text(printable(reason)));
        send(job.body(), attributes);
    }

    /** A message that is no job of ours. */
    void buryForeign(String body) {
        send(body, Map.of(REASON, SqsJob.text("This is not a job.")));
    }

    private void send(String body, Map<String, MessageAttributeValue> attributes) {
        SqsCalls.call(() -> sqs.sendMessage(
                request -> request.queueUrl(queue).messageBody(body).messageAttributes(attributes)));
    }

    /** What may stand in an attribute: not empty, not long, no control characters. */
    private static String printable(String reason) {
        String text = reason.replaceAll("[\\p{Cntrl}\\uFFFE\\uFFFF]", " ");
        return text.isBlank() ? "unknown" : text.substring(0, Math.min(MOST_REASON, text.length()));
    }
}
