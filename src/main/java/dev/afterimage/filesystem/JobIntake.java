package dev.afterimage.filesystem;

import dev.afterimage.limit.Lane;
import dev.afterimage.pregeneration.queue.Job;
import dev.afterimage.pregeneration.queue.JobCodec;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where jobs come in: those that come at the same moment and are due at about the same time share a segment, its sync, and
 * later its opening and closing. A flood of single jobs would otherwise cost a file and a folder each.
 */
final class JobIntake {

    /** A job may begin so much later than it could for the sake of a shared segment; none begins earlier. */
    private static final Duration TOGETHER = Duration.ofMillis(100);

    /** Writes jobs of one lane, a line each; when it returns they survive a power cut. */
    @FunctionalInterface
    interface Writing {
        void write(Lane lane, List<String> lines, Instant due) throws IOException;
    }

    private static final class Arrival {

        final Map<Lane, List<String>> lines;
        final Instant due;
        /** Its own: a segment that cannot be written is none of its neighbours'. */
        @Nullable IOException failure;

        Arrival(Map<Lane, List<String>> lines, Instant due) {
            this.lines = lines;
            this.due = due;
        }

        boolean isFor(Lane lane) {
            return lines.containsKey(lane) && failure == null;
        }

        void throwIfFailed() throws IOException {
            if (failure != null) {
                throw failure;
            }
        }
    }

    private final Writing writing;
    private final GroupCommit<Arrival, Arrival> arrivals = new GroupCommit<>(this::write);

    JobIntake(Writing writing) {
        this.writing = writing;
    }

    /** Blocks until they are on the queue. */
    void put(List<Job> jobs, Instant due) throws IOException {
        arrivals.commit(new Arrival(linesByLane(jobs), due)).throwIfFailed();
    }

    /** The same for who holds the lock that {@link Writing} needs, and must not wait for others who do. */
    void putHere(List<Job> jobs, Instant due) throws IOException {
        write(List.of(new Arrival(linesByLane(jobs), due))).getFirst().throwIfFailed();
    }

    private static Map<Lane, List<String>> linesByLane(List<Job> jobs) {
        Map<Lane, List<String>> lines = new EnumMap<>(Lane.class);
        for (Job job : jobs) {
            lines.computeIfAbsent(job.lane(), lane -> new ArrayList<>()).add(JobCodec.encode(job));
        }
        return lines;
    }

    private List<Arrival> write(List<Arrival> gathered) {
        List<Arrival> byTime = gathered.stream()
                .sorted(Comparator.comparing(arrival -> arrival.due))
                .toList();
        for (Lane lane : Lane.values()) {
            write(lane, byTime.stream().filter(arrival -> arrival.isFor(lane)).toList());
        }
        return gathered;
    }

    private void write(Lane lane, List<Arrival> byTime) {
        List<Arrival> together = new ArrayList<>();
        for (Arrival arrival : byTime) {
            if (!together.isEmpty()
                    && arrival.due.isAfter(together.getFirst().due.plus(TOGETHER))) {
                writeSegment(lane, together);
                together.clear();
            }
            together.add(arrival);
        }
        if (!together.isEmpty()) {
            writeSegment(lane, together);
        }
    }

    private void writeSegment(Lane lane, List<Arrival> together) {
        List<String> lines = together.stream()
                .flatMap(arrival -> arrival.lines.getOrDefault(lane, List.of()).stream())
                .toList();
        try {
            writing.write(lane, lines, together.getLast().due);
        } catch (IOException e) {
            together.forEach(arrival -> arrival.failure = e);
        }
    }
}
