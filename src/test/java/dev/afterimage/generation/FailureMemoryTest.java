package dev.afterimage.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.ImageKey;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.TestPictures;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailureMemoryTest {

    private static final ImageKey KEY = TestPictures.key(1);
    private static final Duration TTL = Duration.ofMinutes(1);
    private static final NotAnImageException USELESS = new NotAnImageException("html");

    private final MutableClock clock = new MutableClock();
    private final FailureMemory memory = new FailureMemory(TTL, clock::nanoTime);

    @Test
    void aRejectionIsRepeatedUntilItsTimeIsOver() {
        RejectedException rejected = new RejectedException(RejectedException.Reason.DATA, "no");
        memory.remember(KEY, rejected);

        clock.advance(TTL.minusMillis(1));
        assertThat(memory.find(KEY)).containsSame(rejected);
        clock.advance(Duration.ofMillis(1));
        assertThat(memory.find(KEY)).isEmpty();
    }

    @Test
    void aRefusedApiKeyIsMendedElsewhereAndThereforeNotRemembered() {
        memory.remember(KEY, new AccessRefusedException("key"));
        memory.remember(KEY, new UnavailableException("down", null));

        assertThat(memory.find(KEY)).isEmpty();
    }

    @Test
    void whatIsNoPictureIsAskedForOnceMoreAtOnceAndThenMoreAndMoreSeldom() {
        memory.remember(KEY, USELESS);
        assertThat(memory.find(KEY)).isEmpty();

        for (int seconds : new int[] {5, 10, 20, 40, 60, 60}) {
            memory.remember(KEY, USELESS);
            clock.advance(Duration.ofSeconds(seconds).minusMillis(1));
            assertThat(memory.find(KEY)).containsSame(USELESS);
            clock.advance(Duration.ofMillis(1));
            assertThat(memory.find(KEY)).isEmpty();
        }
    }

    @Test
    void afterAPictureItBeginsAnew() {
        memory.remember(KEY, USELESS);
        memory.forget(KEY);
        memory.remember(KEY, USELESS);

        assertThat(memory.find(KEY)).isEmpty();
    }

    @Test
    void aJobWaitsForWhatIsNoPictureButNotForARejection() {
        memory.remember(KEY, USELESS);
        assertThat(memory.pause(KEY)).isEmpty();
        memory.remember(KEY, USELESS);
        assertThat(memory.pause(KEY)).contains(Duration.ofSeconds(5));

        memory.remember(KEY, new RejectedException(RejectedException.Reason.DATA, "no"));
        assertThat(memory.pause(KEY)).isEmpty();
        memory.remember(KEY, USELESS);
        assertThat(memory.find(KEY)).isEmpty();
    }

    @Test
    void withoutTimeNothingIsRepeated() {
        FailureMemory none = new FailureMemory(Duration.ZERO, clock::nanoTime);
        none.remember(KEY, new RejectedException(RejectedException.Reason.DATA, "no"));

        assertThat(none.find(KEY)).isEmpty();
    }
}
