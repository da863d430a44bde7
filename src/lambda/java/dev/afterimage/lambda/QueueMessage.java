package dev.afterimage.lambda;

import java.util.Map;

/**
 * A message as Lambda takes it from SQS ("Using Lambda with Amazon SQS").
 *
 * @param messageId the message's id, for {@code batchItemFailures}
 * @param receiptHandle SQS' name of this delivery
 * @param body the body as it was sent
 * @param attributes SQS' own attributes, such as {@code ApproximateReceiveCount}
 * @param messageAttributes the sender's attributes that are text or numbers
 * @param queueArn the ARN of the queue that it comes from
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
