package dev.afterimage.http.problem;

/** Ends a request with a problem that the HTTP edge itself found. */
public class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /**
     * A problem without further members.
     *
     * @param detail how to mend it, in full sentences; never repeats data values, and no secret
     */
    public static ProblemException of(ProblemType type, String detail) {
        return new ProblemException(Problem.of(type, detail));
    }

    public ProblemException(Problem problem) {
        super(problem.title(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
