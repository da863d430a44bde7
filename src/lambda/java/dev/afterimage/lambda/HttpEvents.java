package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.afterimage.http.header.HttpResponse;
import dev.afterimage.http.header.RequestId;
import dev.afterimage.http.problem.Problem.ProblemException;
import dev.afterimage.http.problem.ProblemResponses;
import dev.afterimage.http.problem.ProblemType;
import dev.afterimage.limit.Caller;
import dev.afterimage.time.Deadline;
import io.vertx.core.http.impl.HttpUtils;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests: those for an image by {@link ImageEvents}, all others by the embedded HTTP server. Each gets an
 * answer in time, which that server's handler alone does not ensure: it has no time limit, so that Lambda may kill the
 * process first, and it throws an exception for a request that it cannot pass on to its server.
 */
final class HttpEvents {

    /** A length of at most 15 digits, which is more than any body that Lambda takes. */
    private static final Pattern CONTENT_LENGTH = Pattern.compile("[0-9]{1,15}");

    /** Encoded slashes, and backslashes: some servers take them for separators, and see other segments than we do. */
    private static final Pattern OTHER_SLASH = Pattern.compile("%2f|%5c|\\\\", Pattern.CASE_INSENSITIVE);

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private final Supplier<ImageEvents> images;
    private final RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> server;
    private final ProblemResponses problems;
    private final DeadlineRunner deadlines;

    HttpEvents(
            Supplier<ImageEvents> images,
            RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> server,
            ProblemResponses problems,
            DeadlineRunner deadlines) {
        this.images = images;
        this.server = server;
        this.problems = problems;
        this.deadlines = deadlines;
    }

    /**
     * Answers a request.
     *
     * @param stopBy the time at which the request is given up, and answered with a problem
     */
    APIGatewayV2HTTPResponse answer(APIGatewayV2HTTPEvent request, Context context, Deadline stopBy)
            throws InterruptedException {
        String offered = prepareHeaders(request, context);
        String id = RequestId.isHarmless(offered) ? offered : context.getAwsRequestId();
        if (!isComplete(request)) {
            return invalid(
                    "The event looks like an HTTP request, but names no method (requestContext.http.method) or no path that"
                            + " begins with / (rawPath); send payload format 2.0.",
                    id);
        }
        Optional<String> faulty = fault(request);
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
            return deadlines.call(() -> server.handleRequest(request, context), stopBy);
        } catch (TimeoutException | ExecutionException | RuntimeException e) {
            return problem(e, id, request.getRawPath());
        }
    }

    /** The answer to a request in a form that is not served. */
    APIGatewayV2HTTPResponse refused(LambdaEvent.RefusedHttp event, Context context) {
        return problem(ProblemException.of(event.problem(), event.detail()), context.getAwsRequestId(), "");
    }

    private APIGatewayV2HTTPResponse invalid(String detail, String id) {
        return problem(ProblemException.of(ProblemType.INVALID_REQUEST, detail), id, "");
    }

    /** @param path of the request; empty where the event has none that can be used */
    private APIGatewayV2HTTPResponse problem(Exception failure, String id, String path) {
        return response(problems.answer(failure, id, path).with(RequestId.HEADER, id));
    }

    private static APIGatewayV2HTTPResponse response(HttpResponse whole) {
        return APIGatewayV2HTTPResponse.builder()
                .withStatusCode(whole.status())
                .withHeaders(whole.headers())
                .withBody(new String(whole.body(), StandardCharsets.UTF_8))
                .build();
    }

    /**
     * Whether the event has all that the embedded server needs. Events of API Gateway always have; events of other
     * senders may not.
     */
    private static boolean isComplete(APIGatewayV2HTTPEvent request) {
        var http = request.getRequestContext().getHttp();
        return http != null
                && http.getMethod() != null
                && !http.getMethod().isBlank()
                && request.getRawPath() != null
                && request.getRawPath().startsWith("/");
    }

    /**
     * What is wrong with a request that the embedded server would answer with 500 and no explanation; empty when
     * nothing is.
     */
    private static Optional<String> fault(APIGatewayV2HTTPEvent request) {
        if (!TOKEN.matcher(request.getRequestContext().getHttp().getMethod()).matches()) {
            return Optional.of("Send a method of RFC 9110 (requestContext.http.method).");
        }
        if (hasSpaceOrControl(request.getRawPath()) || hasSpaceOrControl(request.getRawQueryString())) {
            return Optional.of(
                    "Percent-encode spaces and control characters in path and query (rawPath, rawQueryString).");
        }
        if (!isNormal(request.getRawPath())) {
            return Optional.of(
                    "Send the path in its normal form (rawPath): without . and .. as segments, empty segments,"
                            + " backslashes, encoded slashes, and letters, digits or -._~ that are percent-encoded.");
        }
        String length = request.getHeaders().get("Content-Length");
        if (length != null && !CONTENT_LENGTH.matcher(length).matches()) {
            return Optional.of("Send Content-Length once, as the number of the body's bytes, or leave it out.");
        }
        for (Map.Entry<String, String> header : request.getHeaders().entrySet()) {
            if (!TOKEN.matcher(header.getKey()).matches()) {
                return Optional.of("The name of a header has characters that a name may not have (RFC 9110, Tokens).");
            }
            if (hasControl(header.getValue())) {
                return Optional.of("The header " + header.getKey() + " has a control character in it; leave that out.");
            }
        }
        List<String> cookies = request.getCookies() == null ? List.of() : request.getCookies();
        return cookies.stream().anyMatch(HttpEvents::hasControl)
                ? Optional.of("A cookie has a control character in it; leave that out.")
                : Optional.empty();
    }

    /**
     * Whether the path is the same before and after the embedded server has normalised it (RFC 3986, section 6.2.2). API
     * Gateway decides by the path as it was sent, and must not have decided about another one.
     */
    private static boolean isNormal(String path) {
        try {
            return !OTHER_SLASH.matcher(path).find()
                    && HttpUtils.normalizePath(path).equals(path);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private static boolean hasSpaceOrControl(@Nullable String text) {
        return text != null && text.chars().anyMatch(letter -> letter <= ' ');
    }

    private static boolean hasControl(@Nullable String text) {
        return text != null && text.chars().anyMatch(letter -> letter < ' ' && letter != '\t');
    }

    /**
     * The body's bytes. Decoded here, because the embedded server would answer 500 to a wrong encoding, and not say why.
     *
     * @throws IllegalArgumentException when the body is not the Base64 that the event says it is
     */
    private static byte[] body(APIGatewayV2HTTPEvent request) {
        String body = request.getBody() == null ? "" : request.getBody();
        return request.getIsBase64Encoded() ? Base64.getDecoder().decode(body) : body.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Makes the names of headers case-insensitive, drops {@code Expect}, and returns the request's id: the invocation's where
     * the client sent none, so that one search finds its log lines and Lambda's own.
     */
    private static String prepareHeaders(APIGatewayV2HTTPEvent request, Context context) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        if (request.getHeaders() != null) {
            headers.putAll(request.getHeaders());
        }
        // The event has the whole body: nobody waits for a 100.
        headers.remove("Expect");
        headers.putIfAbsent(RequestId.HEADER, context.getAwsRequestId());
        request.setHeaders(headers);
        return headers.getOrDefault(RequestId.HEADER, "");
    }
}
