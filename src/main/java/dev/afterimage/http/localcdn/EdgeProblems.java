package dev.afterimage.http.localcdn;

import dev.afterimage.delivery.CannedPolicy.Refusal;
import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.ProblemException;
import dev.afterimage.http.problem.ProblemType;

/**
 * Why the edge serves no image. CloudFront answers the same statuses with XML; people read the body, and programs only the
 * status.
 */
final class EdgeProblems {

    private EdgeProblems() {}

    static ProblemException refused(Refusal reason) {
        return problem(ProblemType.URL_REFUSED, reason.detail());
    }

    static ProblemException notFound() {
        return problem(ProblemType.IMAGE_NOT_FOUND, "It was forgotten; ask the service for it again.");
    }

    static ProblemException preconditionFailed() {
        return problem(
                ProblemType.PRECONDITION_FAILED, "Leave out If-Match and If-Unmodified-Since to get the present one.");
    }

    /** {@code Content-Range} tells programs what the detail tells people (RFC 9110, section 15.5.17). */
    static ProblemException unsatisfiable(int complete) {
        return new ProblemException(Problem.of(
                        ProblemType.RANGE_NOT_SATISFIABLE,
                        "The image has " + complete + " bytes; leave out Range to get them all.")
                .withHeader("Content-Range", "bytes */" + complete));
    }

    private static ProblemException problem(ProblemType type, String detail) {
        return new ProblemException(Problem.of(type, detail));
    }
}
