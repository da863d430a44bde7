package dev.afterimage.aws;

import java.util.Map;

/**
 * A message that SQS pushed to a Lambda function, which deletes it itself when the function doesn't report it as failed.
 *
 * @param attributes the message attributes' string values by name
 * @param receiveCount the system attribute {@code ApproximateReceiveCount}
 */
public record SqsRecord(String body, Map<String, String> attributes, int receiveCount) {}
