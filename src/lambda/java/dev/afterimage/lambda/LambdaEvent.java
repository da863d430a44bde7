package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import dev.afterimage.http.problem.ProblemType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An event that the function was invoked with. */
public sealed interface LambdaEvent {

    /** A request that came through an HTTP API, payload format 2.0. */
    record Http(APIGatewayV2HTTPEvent request) implements LambdaEvent {}

    /** Messages that an event source mapping took from a job queue. */
    record QueueBatch(List<QueueMessage> messages) implements LambdaEvent {

        public QueueBatch {
            messages = List.copyOf(messages);
        }
    }

    /**
     * A request in a form that is not served here.
     *
     * @param detail how its sender must be set up instead; for the operator, because the client cannot do that
     */
    record RefusedHttp(ProblemType problem, String detail) implements LambdaEvent {}

    /** An event that only keeps the process warm. */
    record Ping() implements LambdaEvent {}

    /**
     * EventBridge Scheduler, or an operator, asks for a plan of a catalogue:
     * {@code {"afterimage":"plan","catalogue":"…","due":"2026-01-31T02:00:00Z"}}.
     *
     * @param due when the schedule wanted the plan; empty for a plan by hand
     */
    record Plan(String catalogue, Optional<Instant> due) implements LambdaEvent {}

    /**
     * A message as Lambda takes it from SQS ("Using Lambda with Amazon SQS").
     *
     * @param messageId the message's id, for {@code batchItemFailures}
     * @param body the body as it was sent
     * @param attributes the sender's attributes that are text or numbers
     * @param receiveCount how often SQS has handed it out, this time included ({@code ApproximateReceiveCount})
     */
    public record QueueMessage(String messageId, String body, Map<String, String> attributes, int receiveCount) {

        public QueueMessage {
            attributes = Map.copyOf(attributes);
        }

        /** Without the body, which holds data values. */
        @Override
        public String toString() {
            return "QueueMessage[" + messageId + "]";
        }
    }
}
