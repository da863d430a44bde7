package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.afterimage.http.problem.ProblemType;
import dev.afterimage.lambda.LambdaEvent.QueueMessage;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads events, and tells their kinds apart by their members, because AWS does not name the kind: a request of an HTTP
 * API or a function URL has {@code requestContext.http}, a batch has {@code Records}, a plan has {@code afterimage}. An
 * event that is only similar to one of these is refused. A request in another form still gets an answer that its client
 * can read.
 */
final class LambdaEventReader {

    private static final int MOST_MEMBERS_NAMED = 10;
    private static final String PLAN = "{\"afterimage\":\"plan\",\"catalogue\":\"its name\"}";

    /** Reads requests of HTTP APIs. Their class is registered for reflection by quarkus-amazon-lambda-http. */
    private final ObjectReader http = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build()
            .readerFor(APIGatewayV2HTTPEvent.class);

    /**
     * Reads one event.
     *
     * @throws UnknownEventException when the event is of no known kind
     */
    LambdaEvent read(InputStream in) throws IOException {
        JsonNode event;
        try {
            event = http.readTree(in);
        } catch (JsonProcessingException e) {
            // Without the parser's message, which repeats a part of the event.
            throw new UnknownEventException("The event is not JSON");
        }
        if (event.path("requestContext").has("http")) {
            return request(event);
        }
        if (event.has("Records")) {
            return batch(event.get("Records"));
        }
        if (event.has("afterimage")) {
            return plan(event);
        }
        if (event.path("requestContext").has("elb")) {
            return new LambdaEvent.RefusedHttp(
                    ProblemType.EVENT_NOT_SERVED,
                    "An Application Load Balancer's events are not served. Put an HTTP API of API"
                            + " Gateway or a function URL in front, or run the service in a container behind the balancer.");
        }
        if (event.has("httpMethod")) {
            return new LambdaEvent.RefusedHttp(
                    ProblemType.EVENT_NOT_SERVED,
                    "Events in payload format 1.0 are not served. On an HTTP API set the"
                            + " integration's PayloadFormatVersion to 2.0; a REST API has only 1.0, so use an HTTP API or a function"
                            + " URL.");
        }
        if (isPing(event)) {
            return new LambdaEvent.Ping();
        }
        if (event.has("detail-type")) {
            throw new UnknownEventException(
                    "The event comes from EventBridge and asks for nothing that is known. To plan a"
                            + " catalogue, give the rule's target the constant input " + PLAN);
        }
        throw new UnknownEventException("The event is no HTTP request, SQS batch, plan or ping; its members are "
                + members(event) + ". To plan a catalogue, send " + PLAN);
    }

    /**
     * Whether the event only keeps the function warm: one of our own form, of a common plug-in, or of an EventBridge
     * schedule without an input.
     */
    private static boolean isPing(JsonNode event) {
        return event.path("warmer").asBoolean()
                || event.path("ping").asBoolean()
                || event.path("source").asText().equals("serverless-plugin-warmup")
                || event.path("detail-type").asText().equals("Scheduled Event");
    }

    private LambdaEvent request(JsonNode event) throws IOException {
        try {
            return new LambdaEvent.Http(http.readValue(event));
        } catch (JsonProcessingException e) {
            return new LambdaEvent.RefusedHttp(
                    ProblemType.INVALID_REQUEST,
                    "The event looks like an HTTP request, but some members have the wrong type; send payload format 2.0.");
        }
    }

    private static LambdaEvent batch(JsonNode records) {
        List<QueueMessage> messages = new ArrayList<>();
        for (JsonNode record : records) {
            String source = record.path("eventSource").asText();
            if (!source.equals("aws:sqs")) {
                throw new UnknownEventException(
                        "The event has records of '" + source + "'; only those of aws:sqs are known");
            }
            messages.add(new QueueMessage(
                    record.path("messageId").asText(),
                    record.path("body").asText(),
                    values(record.path("messageAttributes")),
                    record.path("attributes").path("ApproximateReceiveCount").asInt(1)));
        }
        return new LambdaEvent.QueueBatch(messages);
    }

    private static Map<String, String> values(JsonNode attributes) {
        Map<String, String> values = new HashMap<>();
        attributes.properties().forEach(attribute -> {
            JsonNode value = attribute.getValue().path("stringValue");
            if (value.isTextual()) {
                values.put(attribute.getKey(), value.textValue());
            }
        });
        return values;
    }

    private static LambdaEvent plan(JsonNode event) {
        String action = event.get("afterimage").asText();
        if (action.equals("ping")) {
            return new LambdaEvent.Ping();
        }
        if (!action.equals("plan")) {
            throw new UnknownEventException("The event's member 'afterimage' must be \"plan\" or \"ping\"");
        }
        String catalogue = event.path("catalogue").asText().strip();
        if (catalogue.isEmpty()) {
            throw new UnknownEventException("The event wants a plan, but its member 'catalogue' names no catalogue");
        }
        return new LambdaEvent.Plan(catalogue, due(event.path("due")));
    }

    /** When the schedule wanted the plan: EventBridge Scheduler's context attribute {@code aws.scheduler.scheduled-time}. */
    private static Optional<Instant> due(JsonNode due) {
        if (due.isMissingNode()) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(due.asText()).toInstant());
        } catch (DateTimeParseException e) {
            throw new UnknownEventException(
                    "The event wants a plan, but its member 'due' is no time such as 2026-01-31T02:00:00Z");
        }
    }

    private static List<String> members(JsonNode event) {
        return event.properties().stream()
                .map(Map.Entry::getKey)
                .limit(MOST_MEMBERS_NAMED)
                .toList();
    }

    /**
     * The event is of no known kind. The message names its members or the source of its records, and holds no other value of
     * it.
     */
    static final class UnknownEventException extends RuntimeException {

        UnknownEventException(String message) {
            super(message);
        }
    }
}
