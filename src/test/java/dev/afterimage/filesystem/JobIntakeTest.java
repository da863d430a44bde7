package dev.afterimage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.pregeneration.queue.Job;
import dev.afterimage.testing.TestPictures;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class JobIntakeTest {

    private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");

    private record Segment(Lane lane, int jobs, Instant due) {}

    private final List<Segment> segments = new ArrayList<>();
    private final CountDownLatch firstIsWriting = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final List<Lane> asked = new ArrayList<>();
    private final List<Instant> failed = new CopyOnWriteArrayList<>();
    private volatile Instant failing = Instant.MAX;
    private final JobIntake intake = new JobIntake(this::write);

    private void write(Lane lane, List<String> lines, Instant due) throws IOException {
        asked.add(lane);
        if (due.equals(failing)) {
            throw new IOException("full");
        }
        segments.add(new Segment(lane, lines.size(), due));
        firstIsWriting.countDown();
        try {
            goOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Job job(Lane lane) {
        ImageRequest request = new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);
        return new Job("id", TestPictures.key(1), request, lane, Caller.SERVICE, Optional.empty());
    }

    @Test
    void aListOfJobsIsWrittenOnceALane() throws IOException {
        goOn.countDown();
        intake.put(List.of(job(Lane.BULK), job(Lane.INTERACTIVE), job(Lane.BULK)), NOON);

        assertThat(segments).containsExactly(new Segment(Lane.INTERACTIVE, 1, NOON), new Segment(Lane.BULK, 2, NOON));
    }

    @Test
    void thoseThatComeAtOnceAndAreDueTogetherShareASegmentAndNoneBeginsEarly() throws Exception {
        List<Instant> dues =
                List.of(NOON.plusMillis(60), NOON, NOON.plusMillis(100), NOON.plusMillis(101), NOON.plusSeconds(9));
        putAtOnce(dues);

        assertThat(segments)
                .containsExactly(
                        new Segment(Lane.INTERACTIVE, 1, NOON.minusSeconds(9)),
                        new Segment(Lane.INTERACTIVE, 3, NOON.plusMillis(100)),
                        new Segment(Lane.INTERACTIVE, 1, NOON.plusMillis(101)),
                        new Segment(Lane.INTERACTIVE, 1, NOON.plusSeconds(9)));
        assertThat(failed).isEmpty();
    }

    @Test
    void aSegmentThatCannotBeWrittenFailsThoseInItAndNobodyElse() throws Exception {
        failing = NOON.plusMillis(60);
        putAtOnce(List.of(NOON, NOON.plusMillis(60), NOON.plusSeconds(9)));

        assertThat(failed).containsExactlyInAnyOrder(NOON, NOON.plusMillis(60));
        assertThat(segments)
                .containsExactly(
                        new Segment(Lane.INTERACTIVE, 1, NOON.minusSeconds(9)),
                        new Segment(Lane.INTERACTIVE, 1, NOON.plusSeconds(9)));
    }

    @Test
    void ofAListThatFailedInOneLaneNothingIsWrittenInTheNext() {
        failing = NOON;
        assertThatThrownBy(() -> intake.put(List.of(job(Lane.BULK), job(Lane.INTERACTIVE)), NOON))
                .isInstanceOf(IOException.class)
                .hasMessage("full");
        assertThat(asked).containsExactly(Lane.INTERACTIVE);
    }

    /** While another one, which is due nine seconds before noon, is being written. */
    private void putAtOnce(List<Instant> dues) throws InterruptedException {
        Thread first = Thread.ofVirtual().start(() -> put(NOON.minusSeconds(9)));
        firstIsWriting.await();
        List<Thread> waiting = dues.stream()
                .map(due -> Thread.ofVirtual().start(() -> put(due)))
                .toList();
        while (waiting.stream().anyMatch(thread -> thread.getState() != Thread.State.WAITING)) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        first.join();
        for (Thread thread : waiting) {
            thread.join();
        }
    }

    private void put(Instant due) {
        try {
            intake.put(List.of(job(Lane.INTERACTIVE)), due);
        } catch (IOException e) {
            failed.add(due);
        }
    }
}
