package dev.afterimage.lambda;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Events as AWS sends them, as far as anybody reads them. */
final class Events {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Events() {}

    /** A request whose token says {@code "sub":"somebody"}. */
    static String http(String method, String path, @Nullable String body) {
        ObjectNode event = JSON.createObjectNode();
        event.put("version", "2.0")
                .put("routeKey", method + " /v1/{path+}")
                .put("rawPath", path)
                .put("rawQueryString", "")
                .put("body", body)
                .put("isBase64Encoded", false);
        event.putObject("headers").put("content-type", "application/json").put("host", "api.example.com");
        ObjectNode context = event.putObject("requestContext");
        context.put("stage", "$default").put("requestId", "JKJaXmPLvHcESHA=").put("timeEpoch", 1_700_000_000_000L);
        context.putObject("http")
                .put("method", method)
                .put("path", path)
                .put("protocol", "HTTP/1.1")
                .put("sourceIp", "192.0.2.1");
        context.putObject("authorizer").putObject("jwt").putObject("claims").put("sub", "somebody");
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

    static String plan(String catalogue) {
        return JSON.createObjectNode()
                .put("afterimage", "plan")
                .put("catalogue", catalogue)
                .toString();
    }
}
