package dev.afterimage.aws;

import dev.afterimage.jobs.QueueUnavailableException;
import java.util.Locale;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.model.MessageNotInflightException;
import software.amazon.awssdk.services.sqs.model.ReceiptHandleIsInvalidException;

/** Says in the queue's words how a call of SQS ended. */
final class SqsCalls {

    private SqsCalls() {}

    /** Whether the claim was still held; what else fails is a failure. */
    static boolean unlessLost(Supplier<?> operation) {
        try {
            call(operation);
            return true;
        } catch (QueueUnavailableException e) {
            if (e.getCause() instanceof MessageNotInflightException
                    || e.getCause() instanceof ReceiptHandleIsInvalidException) {
                return false;
            }
            throw e;
        }
    }

    static <T> T call(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (SdkException e) {
            throw new QueueUnavailableException(
                    String.format(
                            Locale.ROOT,
                            "SQS cannot be used now (%s)",
                            e.getClass().getSimpleName()),
                    e);
        }
    }
}
