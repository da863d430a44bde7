package dev.afterimage.http.batch;

import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.ProblemException;
import dev.afterimage.http.problem.ProblemType;
import java.util.List;
import java.util.Optional;

/** The {@code Idempotency-Key} request header: names a request, so that its repeat is known for one. */
final class IdempotencyKey {

    static final String HEADER = "Idempotency-Key";

    /** What fits any backend, and is more than any client needs. */
    private static final int LONGEST = 255;

    private IdempotencyKey() {}

    /**
     * Reads the header. One that is sent empty or twice is refused rather than ignored: its sender relies on not being billed
     * again.
     *
     * @param lines every line of that name; a parameter of Quarkus REST would pass an empty one off as none
     */
    static Optional<String> of(List<String> lines) {
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        String key = lines.getFirst();
        if (lines.size() > 1 || key.isBlank() || key.length() > LONGEST) {
            throw new ProblemException(Problem.of(
                    ProblemType.INVALID_REQUEST, "Send one Idempotency-Key of 1 to 255 characters, or leave it out."));
        }
        return Optional.of(key);
    }
}
