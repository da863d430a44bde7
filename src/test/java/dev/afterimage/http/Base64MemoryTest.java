package dev.afterimage.http;

import static dev.afterimage.http.problem.ProblemType.ANSWER_TOO_LARGE;
import static dev.afterimage.http.problem.ProblemType.BUSY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.afterimage.http.problem.Problem;
import dev.afterimage.http.problem.Problem.ProblemException;
import jakarta.ws.rs.container.CompletionCallback;
import jakarta.ws.rs.container.ConnectionCallback;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.resteasy.reactive.common.core.ResteasyReactiveCallbackContext;
import org.junit.jupiter.api.Test;

class Base64MemoryTest {

    private static final long MB = 1 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 1);
    private final Base64Memory memory = new Base64Memory(100 * MB, PATIENCE, nanoTime::get);
    private final Answer answer = new Answer();

    private Problem refusal(long bytes) {
        return assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> reserve(bytes, new Answer()))
                .actual()
                .problem();
    }

    private void reserve(long bytes, Answer reserving) {
        memory.reserve(bytes, reserving, reserving::cutOff);
    }

    @Test
    void whatFitsBesideTheOthersIsLetIn() {
        reserve(60 * MB, answer);
        reserve(40 * MB, new Answer());

        assertThat(memory.free()).isZero();
    }

    @Test
    void whatDoesNotFitNowMayAskAgain() {
        reserve(60 * MB, answer);

        assertThat(refusal(41 * MB))
                .returns(BUSY.uri(), Problem::type)
                .satisfies(problem -> assertThat(problem.retryAfter()).contains(Base64Memory.RETRY_AFTER));

        answer.end();
        reserve(41 * MB, new Answer());
        assertThat(memory.free()).isEqualTo(59 * MB);
    }

    @Test
    void aSlowReaderIsCutOffWhenAnotherNeedsItsMemory() {
        reserve(60 * MB, answer);
        nanoTime.addAndGet(PATIENCE.toNanos());
        Answer quick = new Answer();
        reserve(40 * MB, quick);
        refusal(41 * MB);
        assertThat(answer.timesCutOff).isZero();

        nanoTime.addAndGet(1);
        assertThat(refusal(41 * MB)).returns(BUSY.uri(), Problem::type);
        refusal(41 * MB);
        assertThat(answer.timesCutOff).isEqualTo(1);
        assertThat(quick.timesCutOff).isZero();

        answer.end();
        reserve(41 * MB, new Answer());
    }

    @Test
    void aSlowReaderThatIsInNobodysWayReadsToItsEnd() {
        reserve(60 * MB, answer);
        nanoTime.addAndGet(10 * PATIENCE.toNanos());
        reserve(40 * MB, new Answer());

        assertThat(answer.timesCutOff).isZero();
        answer.end();
        assertThat(memory.free()).isEqualTo(60 * MB);
    }

    @Test
    void whatNeverFitsIsTooLarge() {
        assertThat(refusal(100 * MB + 1))
                .returns(ANSWER_TOO_LARGE.uri(), Problem::type)
                .satisfies(problem -> assertThat(problem.retryAfter()).isEmpty());
        assertThat(refusal(1L << 60)).returns(ANSWER_TOO_LARGE.uri(), Problem::type);
        assertThat(memory.free()).isEqualTo(100 * MB);
    }

    /** An answer that is being written. */
    static final class Answer implements ResteasyReactiveCallbackContext {

        private CompletionCallback whenDone = failure -> {};
        private int timesCutOff;

        /** Its writing fails a moment later, so that it is still there. */
        void cutOff() {
            timesCutOff++;
        }

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
