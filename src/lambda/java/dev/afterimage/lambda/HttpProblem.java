package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import java.util.Map;
import java.util.TreeMap;

/** What a client is told when the HTTP server inside the process can't: RFC 9457, in the words of its own problems. */
final class HttpProblem {

    private HttpProblem() {}

    static APIGatewayV2HTTPResponse outOfTime() {
        return of(503, Map.of("retry-after", "1"), """
                {"type":"https://afterimage.dev/problems/out-of-time","title":"The service ran out of time","status":503,\
                "detail":"Ask again in a second: what was being made may be there by then."}""");
    }

    static APIGatewayV2HTTPResponse failed() {
        return of(500, Map.of(), """
                {"type":"https://afterimage.dev/problems/internal-error","title":"The service failed","status":500,\
                "detail":"This is a fault of the service, not of the request; asking again may help."}""");
    }

    static APIGatewayV2HTTPResponse malformed() {
        return invalid(
                "The event looks like an HTTP request, but its members have other types; send payload format 2.0.");
    }

    static APIGatewayV2HTTPResponse incomplete() {
        return invalid(
                "The event looks like an HTTP request, but names no method (requestContext.http.method) or no path that"
                        + " begins with / (rawPath); send payload format 2.0.");
    }

    static APIGatewayV2HTTPResponse notBase64() {
        return invalid(
                "The event says that its body is Base64, and it isn't; encode it, or set isBase64Encoded to false.");
    }

    private static APIGatewayV2HTTPResponse invalid(String detail) {
        return of(400, Map.of(), """
                {"type":"https://afterimage.dev/problems/invalid-request","title":"The request cannot be understood",\
                "status":400,"detail":"%s"}""".formatted(detail));
    }

    private static APIGatewayV2HTTPResponse of(int status, Map<String, String> headers, String body) {
        Map<String, String> all = new TreeMap<>(headers);
        all.put("content-type", "application/problem+json");
        return APIGatewayV2HTTPResponse.builder()
                .withStatusCode(status)
                .withHeaders(all)
                .withBody(body)
                .build();
    }
}
