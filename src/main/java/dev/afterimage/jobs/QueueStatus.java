package dev.afterimage.jobs;

import java.time.Duration;
import java.util.Optional;

/**
 * What the operator sees of the queue.
 *
 * @param interactive jobs not ended in the interactive lane: waiting, delayed or claimed
 * @param bulk the same in the bulk lane
 * @param oldestAge the time since the oldest of them was put on the queue; zero when none waits, empty where the backend
 *     cannot tell
 * @param deadLetters jobs on the dead-letter queue
 */
public record QueueStatus(long interactive, long bulk, Optional<Duration> oldestAge, long deadLetters) {

    public long depth() {
        return interactive + bulk;
    }
}
