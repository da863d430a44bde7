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

    private record Arrival(Map<Lane, List<String>> lines, Instant due) {}

    private final Writing writing;
    private final GroupCommit<Arrival, Arrival> arrivals = new GroupCommit<>(this::write);

    JobIntake(Writing writing) {
        this.writing = writing;
    }

    /** Blocks until they are on the queue. */
    void put(List<Job> jobs, Instant due) throws IOException {
        Arrival unused = arrivals.commit(new Arrival(linesByLane(jobs), due));
    }

    /** The same for who holds the lock that {@link Writing} needs, and must not wait for others who do. */
    void putHere(List<Job> jobs, Instant due) throws IOException {
        List<Arrival> unused = write(List.of(new Arrival(linesByLane(jobs), due)));
    }

    private static Map<Lane, List<String>> linesByLane(List<Job> jobs) {
        Map<Lane, List<String>> lines = new EnumMap<>(Lane.class);
        for (Job job : jobs) {
            lines.computeIfAbsent(job.lane(), lane -> new ArrayList<>()).add(JobCodec.encode(job));
        }
        return lines;
    }

    private List<Arrival> write(List<Arrival> gathered) throws IOException {
        List<Arrival> byTime =
                gathered.stream().sorted(Comparator.comparing(Arrival::due)).toList();
        for (Lane lane : Lane.values()) {
            write(lane, byTime);
        }
        return gathered;
    }

    private void write(Lane lane, List<Arrival> byTime) throws IOException {
        List<String> lines = new ArrayList<>();
        Instant first = Instant.MIN;
        Instant last = Instant.MIN;
        for (Arrival arrival : byTime) {
            List<String> added = arrival.lines().getOrDefault(lane, List.of());
            if (added.isEmpty()) {
                continue;
            }
            if (!lines.isEmpty() && arrival.due().isAfter(first.plus(TOGETHER))) {
                writing.write(lane, lines, last);
                lines.clear();
            }
            first = lines.isEmpty() ? arrival.due() : first;
            last = arrival.due();
            lines.addAll(added);
        }
        if (!lines.isEmpty()) {
            writing.write(lane, lines, last);
        }
    }
}
