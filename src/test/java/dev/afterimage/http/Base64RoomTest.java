package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.ANSWER_TOO_LARGE;
import static dev.afterimage.http.problem.ProblemType.BUSY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.Problem.ProblemException;
import jakarta.ws.rs.container.CompletionCallback;
import jakarta.ws.rs.container.ConnectionCallback;
import org.jboss.resteasy.reactive.common.core.ResteasyReactiveCallbackContext;
import org.junit.jupiter.api.Test;

class Base64RoomTest {

    private static final long MB = 1 << 20;

    private final Base64Room room = new Base64Room(100 * MB);
    private final Answer answer = new Answer();

    private Problem refusal(long bytes) {
        return assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> room.enter(bytes, new Answer()))
                .actual()
                .problem();
    }

    @Test
    void whatFitsBesideTheOthersIsLetIn() {
        room.enter(60 * MB, answer);
        room.enter(40 * MB, new Answer());

        assertThat(room.free()).isZero();
    }

    @Test
    void whatDoesNotFitNowMayAskAgain() {
        room.enter(60 * MB, answer);

        assertThat(refusal(41 * MB))
                .returns(BUSY.uri(), Problem::type)
                .satisfies(problem -> assertThat(problem.retryAfter()).contains(Base64Room.ASK_AGAIN));

        answer.end();
        room.enter(41 * MB, new Answer());
        assertThat(room.free()).isEqualTo(59 * MB);
    }

    @Test
    void whatNeverFitsIsTooLarge() {
        assertThat(refusal(100 * MB + 1))
                .returns(ANSWER_TOO_LARGE.uri(), Problem::type)
                .satisfies(problem -> assertThat(problem.retryAfter()).isEmpty());
        assertThat(refusal(1L << 60)).returns(ANSWER_TOO_LARGE.uri(), Problem::type);
        assertThat(room.free()).isEqualTo(100 * MB);
    }

    /** An answer that is being written. */
    static final class Answer implements ResteasyReactiveCallbackContext {

        private CompletionCallback whenDone = failure -> {};

        void end() {
            whenDone.onComplete(null);
        }

        @Override
        public void registerCompletionCallback(CompletionCallback callback) {
            whenDone = callback;
        }

        @Override
        public void registerConnectionCallback(ConnectionCallback callback) {
            throw new UnsupportedOperationException();
        }
    }
}
