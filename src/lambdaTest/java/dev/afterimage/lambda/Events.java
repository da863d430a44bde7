package dev.afterimage.lambda;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.Message;

/** Events as AWS sends them, with the members that are read. */
final class Events {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Events() {}

    /** A request whose token says {@code "sub":"somebody"}; the path may have a query. */
    static String http(String method, String target, @Nullable String body) {
        return http(method, target, body, Map.of());
    }

    static String http(String method, String target, @Nullable String body, Map<String, String> headers) {
        String path = target.split("\\?", 2)[0];
        ObjectNode event = JSON.createObjectNode();
        event.put("version", "2.0")
                .put("routeKey", method + " /v1/{path+}")
                .put("rawPath", path)
                .put("rawQueryString", target.substring(Math.min(target.length(), path.length() + 1)))
                .put("body", body)
                .put("isBase64Encoded", false);
        ObjectNode sent = event.putObject("headers")
                .put("content-type", "application/json")
                .put("host", "api.example.com");
        headers.forEach(sent::put);
        ObjectNode context = event.putObject("requestContext");
        context.put("stage", "$default").put("requestId", "JKJaXmPLvHcESHA=").put("timeEpoch", 1_700_000_000_000L);
        context.putObject("http")
                .put("method", method)
                .put("path", path)
                .put("protocol", "HTTP/1.1")
                .put("sourceIp", "192.0.2.1");
        context.putObject("authorizer")
                .putObject("jwt")
                .putObject("claims")
                .put("sub", "somebody")
                .put("scope", "afterimage/batch afterimage/operate");
        return event.toString();
    }

    /** A request that came by a route without an authorizer. */
    static String openHttp(String method, String path, @Nullable String body) {
        try {
            ObjectNode event = (ObjectNode) JSON.readTree(http(method, path, body));
            ((ObjectNode) event.get("requestContext")).remove("authorizer");
            return event.toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A batch of messages with these bodies; {@code one}'s id is {@code id-one}. */
    static String batch(String... bodies) {
        ObjectNode event = JSON.createObjectNode();
        ArrayNode records = event.putArray("Records");
        for (String body : bodies) {
            ObjectNode record = records.addObject();
            record.put("messageId", "id-" + body)
                    .put("receiptHandle", "receipt-" + body)
                    .put("body", body)
                    .put("eventSource", "aws:sqs")
                    .put("eventSourceARN", "arn:aws:sqs:us-east-1:123456789012:bulk");
            record.putObject("attributes").put("ApproximateReceiveCount", "1");
            ObjectNode attributes = record.putObject("messageAttributes");
            attributes.putObject("attempts").put("stringValue", "2").put("dataType", "Number");
            attributes.putObject("image").put("binaryValue", "AAEC").put("dataType", "Binary");
        }
        return event.toString();
    }

    /** What an event source mapping makes of messages that it has received. */
    static String batch(String queue, List<Message> messages) {
        ObjectNode event = JSON.createObjectNode();
        ArrayNode records = event.putArray("Records");
        for (Message message : messages) {
            ObjectNode record = records.addObject();
            record.put("messageId", message.messageId())
                    .put("receiptHandle", message.receiptHandle())
                    .put("body", message.body())
                    .put("eventSource", "aws:sqs")
                    .put("eventSourceARN", "arn:aws:sqs:us-east-1:123456789012:" + queue);
            ObjectNode attributes = record.putObject("attributes");
            message.attributesAsStrings().forEach(attributes::put);
            ObjectNode messageAttributes = record.putObject("messageAttributes");
            message.messageAttributes()
                    .forEach((name, value) -> messageAttributes
                            .putObject(name)
                            .put("stringValue", value.stringValue())
                            .put("dataType", value.dataType()));
        }
        return event.toString();
    }

    static String plan(String catalogue) {
        return JSON.createObjectNode()
                .put("afterimage", "plan")
                .put("catalogue", catalogue)
                .toString();
    }

    static String plan(String catalogue, String due) {
        return JSON.createObjectNode()
                .put("afterimage", "plan")
                .put("catalogue", catalogue)
                .put("due", due)
                .toString();
    }
}
