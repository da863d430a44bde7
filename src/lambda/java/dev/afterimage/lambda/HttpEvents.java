package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.http.header.RequestId;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.ProblemException;
import dev.afterimage.http.problem.ProblemResponses;
import dev.afterimage.http.problem.ProblemType;
import dev.afterimage.limit.Caller;
import dev.afterimage.time.Deadline;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Has requests answered: those for an image by the {@link ImageEvents}, all others by the HTTP server inside the process. Sees to
 * it that each is answered: that server's handler waits for as long as it takes, and Lambda would kill the process before; and it
 * throws what it can't write to its own server.
 */
final class HttpEvents {

    /** More than any body that Lambda takes. */
    private static final Pattern CONTENT_LENGTH = Pattern.compile("[0-9]{1,15}");

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private final Supplier<ImageEvents> images;
    private final RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> server;
    private final ProblemResponses problems;
    private final TimeLimited timeLimited;

    HttpEvents(
            Supplier<ImageEvents> images,
            RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> server,
            ProblemResponses problems,
            TimeLimited timeLimited) {
        this.images = images;
        this.server = server;
        this.problems = problems;
        this.timeLimited = timeLimited;
    }

    /**
     * The answer.
     *
     * @param stopBy when the answer is given up
     */
    APIGatewayV2HTTPResponse answer(APIGatewayV2HTTPEvent request, Context context, Deadline stopBy)
            throws InterruptedException {
        String offered = named(request, context);
        String id = RequestId.isHarmless(offered) ? offered : context.getAwsRequestId();
        if (!isComplete(request)) {
            return invalid(
                    "The event looks like an HTTP request, but names no method (requestContext.http.method) or no path that"
                            + " begins with / (rawPath); send payload format 2.0.",
                    id);
        }
        Optional<String> faulty = faultyHeader(request.getHeaders());
        if (faulty.isPresent()) {
            return invalid(faulty.get(), id);
        }
        byte[] body;
        try {
            body = body(request);
        } catch (IllegalArgumentException e) {
            return invalid(
                    "The event says that its body is Base64, and it isn't; encode it, or set isBase64Encoded to false.",
                    id);
        }
        try {
            if (ImageEvents.asksForImage(request)) {
                Optional<Caller> caller = images.get().served(request);
                if (caller.isPresent()) {
                    return response(images.get().answer(request, caller.get(), id, body, stopBy));
                }
            }
            return timeLimited.call(() -> server.handleRequest(request, context), stopBy);
        } catch (TimeoutException | ExecutionException | RuntimeException e) {
            return problem(e, id);
        }
    }

    /** For a client whose event's members have other types than API Gateway gives them. */
    APIGatewayV2HTTPResponse malformed(Context context) {
        return invalid(
                "The event looks like an HTTP request, but its members have other types; send payload format 2.0.",
                context.getAwsRequestId());
    }

    /** For whoever set the sender up, since its clients can do nothing. */
    APIGatewayV2HTTPResponse notServed(String mend, Context context) {
        return problem(new ProblemException(Problem.of(ProblemType.EVENT_NOT_SERVED, mend)), context.getAwsRequestId());
    }

    private APIGatewayV2HTTPResponse invalid(String detail, String id) {
        return problem(new ProblemException(Problem.of(ProblemType.INVALID_REQUEST, detail)), id);
    }

    private APIGatewayV2HTTPResponse problem(Exception failure, String id) {
        return response(problems.answer(failure, id, "").with(RequestId.HEADER, id));
    }

    private static APIGatewayV2HTTPResponse response(HttpResponse whole) {
        return APIGatewayV2HTTPResponse.builder()
                .withStatusCode(whole.status())
                .withHeaders(whole.headers())
                .withBody(new String(whole.body(), StandardCharsets.UTF_8))
                .build();
    }

    /** What the server inside needs to make a request of it. API Gateway's events have it; others' may not. */
    private static boolean isComplete(APIGatewayV2HTTPEvent request) {
        var http = request.getRequestContext().getHttp();
        return http != null
                && http.getMethod() != null
                && !http.getMethod().isBlank()
                && request.getRawPath() != null
                && request.getRawPath().startsWith("/");
    }

    /** What is wrong with a header that the server inside could not read, and would answer 500 for. */
    private static Optional<String> faultyHeader(Map<String, String> headers) {
        String length = headers.get("Content-Length");
        if (length != null && !CONTENT_LENGTH.matcher(length).matches()) {
            return Optional.of("Send Content-Length once, as the number of the body's bytes, or leave it out.");
        }
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (!TOKEN.matcher(header.getKey()).matches()) {
                return Optional.of("The name of a header has characters that a name may not have (RFC 9110, Tokens).");
            }
            String value = header.getValue();
            if (value != null && value.chars().anyMatch(letter -> letter < ' ' && letter != '\t')) {
                return Optional.of("The header " + header.getKey() + " has a control character in it; leave that out.");
            }
        }
        return Optional.empty();
    }

    /**
     * The body's bytes, by the rules of the server inside, which would answer 500 and not say why.
     *
     * @throws IllegalArgumentException when it is not encoded as it says
     */
    private static byte[] body(APIGatewayV2HTTPEvent request) {
        String body = request.getBody() == null ? "" : request.getBody();
        return request.getIsBase64Encoded() ? Base64.getDecoder().decode(body) : body.getBytes(StandardCharsets.UTF_8);
    }

    /** A request that brings no id gets the invocation's, so that one search finds its lines and Lambda's own. */
    private static String named(APIGatewayV2HTTPEvent request, Context context) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        if (request.getHeaders() != null) {
            headers.putAll(request.getHeaders());
        }
        headers.putIfAbsent(RequestId.HEADER, context.getAwsRequestId());
        request.setHeaders(headers);
        return headers.getOrDefault(RequestId.HEADER, "");
    }
}
