package dev.afterimage.http.edge;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.afterimage.delivery.Refusal;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/**
 * A refusal of the edge as RFC 9457 problem+json. CloudFront answers the same statuses with XML; people read the body, and
 * programs only the status.
 */
record EdgeProblem(String type, String title, int status, String detail) {

    static final String MEDIA_TYPE = "application/problem+json";
    private static final String BASE = "https://afterimage.dev/problems/";

    static EdgeProblem refused(Refusal reason) {
        return new EdgeProblem(BASE + "url-refused", "The signed URL is not honoured", 403, reason.detail());
    }

    static EdgeProblem notFound() {
        return new EdgeProblem(
                BASE + "image-not-found",
                "There is no such image",
                404,
                "It was forgotten; ask the service for it again.");
    }

    static EdgeProblem preconditionFailed() {
        return new EdgeProblem(
                BASE + "precondition-failed",
                "The image is not the expected version",
                412,
                "Leave out If-Match and If-Unmodified-Since to get the present one.");
    }

    static EdgeProblem unsatisfiable(int complete) {
        return new EdgeProblem(
                BASE + "range-not-satisfiable",
                "The image ends before the range begins",
                416,
                "The image has " + complete + " bytes; leave out Range to get them all.");
    }

    Response.ResponseBuilder response() {
        String body = JsonNodeFactory.instance
                .objectNode()
                .put("type", type)
                .put("title", title)
                .put("status", status)
                .put("detail", detail)
                .toString();
        return Response.status(status)
                .type(MEDIA_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(body);
    }
}
