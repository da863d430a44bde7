package dev.afterimage.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class InvocationDeadlineTest {

    private static final Deadline SOON = new Deadline(Instant.parse("2026-03-01T02:00:10Z"));
    private static final Deadline LATE = new Deadline(Instant.parse("2026-03-01T02:15:00Z"));

    private final InvocationDeadline invocation = new InvocationDeadline();

    @Test
    void withoutAnInvocationTheDeadlineIsTheWantedOne() {
        assertThat(invocation.cap(LATE)).isEqualTo(LATE);
    }

    @Test
    void deadlineIsCappedByTheInvocation() {
        invocation.begin(SOON);

        assertThat(invocation.cap(LATE)).isEqualTo(SOON);
    }

    @Test
    void shorterDeadlineIsKept() {
        invocation.begin(LATE);

        assertThat(invocation.cap(SOON)).isEqualTo(SOON);
    }

    @Test
    void deadlinesAreNotCappedAfterTheInvocation() {
        invocation.begin(SOON);
        invocation.end();

        assertThat(invocation.cap(LATE)).isEqualTo(LATE);
    }
}
