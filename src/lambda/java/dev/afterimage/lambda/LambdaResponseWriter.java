package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Writes answers in the form that each kind of caller reads. */
final class LambdaResponseWriter {

    private final ObjectMapper json = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    void http(APIGatewayV2HTTPResponse response, OutputStream out) throws IOException {
        json.writeValue(out, response);
    }

    /** "Implementing partial batch responses": an empty list means that all went well. */
    void batch(List<String> failures, OutputStream out) throws IOException {
        ObjectNode answer = json.createObjectNode();
        ArrayNode items = answer.putArray("batchItemFailures");
        failures.forEach(id -> items.addObject().put("itemIdentifier", id));
        json.writeValue(out, answer);
    }

    void ponged(OutputStream out) throws IOException {
        json.writeValue(out, json.createObjectNode().put("afterimage", "ping"));
    }

    void planned(String catalogue, OutputStream out) throws IOException {
        json.writeValue(out, json.createObjectNode().put("planned", catalogue));
    }
}
