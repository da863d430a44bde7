package dev.afterimage.lambda;

import dev.afterimage.time.Deadline;
import java.time.Clock;
import java.time.Duration;

/**
 * The times of one invocation that matter.
 *
 * @param answerBy when work should end by itself
 * @param stopBy when it is given up
 */
record InvocationTime(Deadline answerBy, Deadline stopBy) {

    /** Of an invocation that has so much time left. */
    static InvocationTime of(Duration left, LambdaConfig config, Clock clock) {
        return new InvocationTime(
                Deadline.in(left.minus(config.answerMargin()), clock),
                Deadline.in(left.minus(config.stopMargin()), clock));
    }
}
