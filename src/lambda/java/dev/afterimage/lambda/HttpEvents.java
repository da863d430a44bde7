package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import java.lang.System.Logger.Level;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Hands requests to the HTTP server inside the process, unless they are for an image that is known, and sees to it that
 * each is answered: that server's handler waits for as long as it takes, and Lambda would kill the process before; and it
 * throws what it can't write to its own server.
 */
final class HttpEvents {

    private static final System.Logger LOG = System.getLogger(HttpEvents.class.getName());

    private static final String REQUEST_ID = "x-request-id";

    private final RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> server;
    private final HitEvents hits;
    private final TimeLimited timeLimited;

    HttpEvents(
            HitEvents hits,
            RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> server,
            TimeLimited timeLimited) {
        this.hits = hits;
        this.server = server;
        this.timeLimited = timeLimited;
    }

    APIGatewayV2HTTPResponse answer(APIGatewayV2HTTPEvent request, Context context, InvocationTime time)
            throws InterruptedException {
        HttpProblem problem = HttpProblem.of(named(request, context), context.getAwsRequestId());
        if (!isComplete(request)) {
            return problem.incomplete();
        }
        Optional<APIGatewayV2HTTPResponse> hit = hits.answer(request, time.answerBy());
        if (hit.isPresent()) {
            return hit.get();
        }
        if (!isBodyDecodable(request)) {
            return problem.notBase64();
        }
        try {
            return timeLimited.call(() -> server.handleRequest(request, context), time.stopBy());
        } catch (TimeoutException e) {
            return problem.outOfTime();
        } catch (ExecutionException e) {
            LOG.log(Level.ERROR, "the HTTP server inside the process failed", e.getCause());
            return problem.failed();
        }
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

    /** By the rules of the server inside, which would answer 500 and not say why. */
    private static boolean isBodyDecodable(APIGatewayV2HTTPEvent request) {
        if (request.getBody() == null || !request.getIsBase64Encoded()) {
            return true;
        }
        try {
            return Base64.getDecoder().decode(request.getBody()) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** A request that brings no id gets the invocation's, so that one search finds its lines and Lambda's own. */
    private static String named(APIGatewayV2HTTPEvent request, Context context) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        if (request.getHeaders() != null) {
            headers.putAll(request.getHeaders());
        }
        headers.putIfAbsent(REQUEST_ID, context.getAwsRequestId());
        request.setHeaders(headers);
        return headers.getOrDefault(REQUEST_ID, "");
    }
}
