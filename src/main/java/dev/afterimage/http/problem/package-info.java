/**
 * The one place through which everything that goes wrong leaves, as RFC 9457 {@code application/problem+json}. A
 * {@link dev.afterimage.http.problem.ProblemType} is what can go wrong; {@link dev.afterimage.http.problem.Problems}
 * finds the one that an exception means; {@link dev.afterimage.http.problem.FailureHandlers} is told what failed, and
 * {@link dev.afterimage.http.problem.ProblemResponses} makes the answer.
 */
@NullMarked
package dev.afterimage.http.problem;

import org.jspecify.annotations.NullMarked;
