package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.afterimage.http.header.RequestId;
import dev.afterimage.http.problem.ProblemType;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a client is told when the HTTP server inside the process can't: RFC 9457, in the words of its own problems.
 *
 * @param requestId of one request; one that a client chose is harmless
 */
record HttpProblem(String requestId) {

    /** A problem of the request that brought the first id, where it may be taken over, else of the invocation. */
    static HttpProblem of(String offered, String invocation) {
        return new HttpProblem(RequestId.isHarmless(offered) ? offered : invocation);
    }

    APIGatewayV2HTTPResponse outOfTime() {
        return answer(
                ProblemType.OUT_OF_TIME,
                "Ask again in a second: what was being made may be there by then.",
                Map.of("retry-after", "1"));
    }

    APIGatewayV2HTTPResponse failed() {
        return answer(
                ProblemType.INTERNAL_ERROR,
                "This is a fault of the service, not of the request. Tell its operator the requestId; asking again may help.",
                Map.of());
    }

    /**
     * For whoever set the sender up, since its clients can do nothing.
     *
     * @param mend plain text without quotation marks or backslashes
     */
    APIGatewayV2HTTPResponse notServed(String mend) {
        return answer(ProblemType.EVENT_NOT_SERVED, mend, Map.of());
    }

    APIGatewayV2HTTPResponse malformed() {
        return answer(
                ProblemType.INVALID_REQUEST,
                "The event looks like an HTTP request, but its members have other types; send payload format 2.0.",
                Map.of());
    }

    APIGatewayV2HTTPResponse incomplete() {
        return answer(
                ProblemType.INVALID_REQUEST,
                "The event looks like an HTTP request, but names no method (requestContext.http.method) or no path that"
                        + " begins with / (rawPath); send payload format 2.0.",
                Map.of());
    }

    APIGatewayV2HTTPResponse notBase64() {
        return answer(
                ProblemType.INVALID_REQUEST,
                "The event says that its body is Base64, and it isn't; encode it, or set isBase64Encoded to false.",
                Map.of());
    }

    private APIGatewayV2HTTPResponse answer(ProblemType type, String detail, Map<String, String> headers) {
        Map<String, String> all = new TreeMap<>(headers);
        all.put("content-type", "application/problem+json");
        all.put("cache-control", "no-store");
        all.put("x-request-id", requestId);
        String body = """
                {"type":"%s","title":"%s","status":%d,"detail":"%s","requestId":"%s"}""".formatted(type.uri(), type.title(), type.status(), detail, requestId);
        return APIGatewayV2HTTPResponse.builder()
                .withStatusCode(type.status())
                .withHeaders(all)
                .withBody(body)
                .build();
    }
}
