package dev.afterimage.lambda;

import java.util.Map;

/**
 * A message as Lambda takes it from SQS ("Using Lambda with Amazon SQS").
 *
 * @param messageId names it in {@code batchItemFailures}
 * @param receiptHandle what SQS knows this delivery by
 * @param body as it was sent
 * @param attributes SQS' own, such as {@code ApproximateReceiveCount}
 * @param messageAttributes the sender's, those that are text or numbers
 * @param queueArn the queue it comes from
 */
public record QueueMessage(
        String messageId,
        String receiptHandle,
        String body,
        Map<String, String> attributes,
        Map<String, String> messageAttributes,
        String queueArn) {

    public QueueMessage {
        attributes = Map.copyOf(attributes);
        messageAttributes = Map.copyOf(messageAttributes);
    }

    /** Without the body, which holds data values. */
    @Override
    public String toString() {
        return "QueueMessage[" + messageId + "]";
    }
}
