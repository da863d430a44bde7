package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerRoomTest {

    private static final int MB = 1 << 20;

    private final AnswerRoom room = new AnswerRoom(4 * MB);
    private final List<String> wentOn = new ArrayList<>();

    @Test
    void callsAreAdmittedByTheLargestRecentAnswer() {
        for (int i = 0; i < 16; i++) {
            assertThat(room.enter(20 * MB)).isPresent();
        }
        assertThat(room.enter(20 * MB)).isEmpty();
    }

    @Test
    void largeAnswerAdmitsFewerCallsUntilItIsStored() {
        byte[] large = new byte[3 * MB];
        AnswerRoom.Place place = room.enter(20 * MB).orElseThrow();
        place.leave(large);
        AnswerRoom.Place alone = room.enter(20 * MB).orElseThrow();
        assertThat(room.enter(20 * MB)).isEmpty();

        alone.leave();
        room.free(large);
        byte[] small = new byte[MB / 4];
        for (int i = 0; i < 8; i++) {
            room.enter(20 * MB).orElseThrow().leave(small);
            room.free(small);
        }

        assertThat(room.enter(20 * MB)).isPresent();
        assertThat(room.enter(20 * MB)).isPresent();
    }

    @Test
    void paidCallIsAdmittedEvenWhenFull() {
        fill();
        AnswerRoom.Place paid = room.enterPaid();
        assertThat(paid.grow(MB, () -> wentOn.add("paid"))).isTrue();
    }

    @Test
    void answersBeyondTheRoomAreReadOneAtATimeInOrder() {
        AnswerRoom.Place first = room.enter(20 * MB).orElseThrow();
        AnswerRoom.Place second = room.enter(20 * MB).orElseThrow();
        AnswerRoom.Place third = room.enter(20 * MB).orElseThrow();

        assertThat(first.grow(20 * MB, () -> wentOn.add("first"))).isTrue();
        assertThat(second.grow(20 * MB, () -> wentOn.add("second"))).isFalse();
        assertThat(third.grow(3 * MB, () -> wentOn.add("third"))).isFalse();
        byte[] image = new byte[20 * MB];
        first.leave(image);
        assertThat(wentOn)
                .as("one image is on its way to the store, one is read")
                .containsExactly("second");

        second.leave();
        assertThat(wentOn).containsExactly("second", "third");
        room.free(image);
        third.leave();
        assertThat(room.enter(20 * MB)).isPresent();
    }

    @Test
    void placeLeftTwiceFreesItsRoomOnce() {
        fill();
        AnswerRoom.Place place = room.enterPaid();
        place.grow(MB, () -> {});
        place.leave(new byte[2 * MB]);
        place.leave();
        assertThat(room.enter(20 * MB)).isEmpty();
    }

    /** As the bytes of an answer do that times out while they are handled. */
    @Test
    void placeThatWasLeftTakesNoMoreRoom() {
        AnswerRoom.Place timedOut = room.enter(20 * MB).orElseThrow();
        timedOut.leave();

        timedOut.grow(20 * MB, () -> wentOn.add("timed out"));

        callsAreAdmittedByTheLargestRecentAnswer();
        AnswerRoom.Place large = room.enterPaid();
        assertThat(large.grow(20 * MB, () -> wentOn.add("large")))
                .as("the one answer that is read without room")
                .isTrue();
    }

    @Test
    void unstoredImageIsCountedUntilItIsGarbageCollected() {
        room.enter(20 * MB).orElseThrow().leave(new byte[4 * MB]);
        room.enterPaid();
        for (int i = 0; i < 100 && room.enter(MB).isEmpty(); i++) {
            System.gc();
        }
        assertThat(room.enter(MB)).isPresent();
    }

    private void fill() {
        while (room.enter(20 * MB).isPresent()) {
            // one more
        }
    }
}
