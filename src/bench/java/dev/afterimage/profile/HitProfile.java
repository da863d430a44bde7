package dev.afterimage.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Prints what a flight recording says of so many hits: the bytes that each allocated, and where processor time and bytes went,
 * by the frame on top and by the first one of our own, which answers for what it calls.
 *
 * <p>{@code java HitProfile.java recording.jfr 100000}
 */
final class HitProfile {

    private final Weights samplesByTop = new Weights("processor time by top frame");
    private final Weights samplesByOwn = new Weights("processor time by first frame of our own");
    private final Weights bytesByTop = new Weights("allocation by top frame");
    private final Weights bytesByOwn = new Weights("allocation by first frame of our own");
    private final Weights bytesByClass = new Weights("allocation by class");
    /** What each thread had allocated when the recording began, and when it ended. */
    private final Map<Long, Span> allocated = new HashMap<>();

    /** Threads of which an allocation was read. */
    private final Set<Long> sampled = new HashSet<>();

    private record Span(long first, long last) {}

    private HitProfile() {}

    public static void main(String[] arguments) throws IOException {
        HitProfile profile = new HitProfile();
        try (RecordingFile recording = new RecordingFile(Path.of(arguments[0]))) {
            while (recording.hasMoreEvents()) {
                profile.read(recording.readEvent());
            }
        }
        profile.print(Long.parseLong(arguments[1]));
    }

    private void read(RecordedEvent event) {
        switch (event.getEventType().getName()) {
            case "jdk.ExecutionSample" -> {
                samplesByTop.add(frame(event, any -> true), 1);
                samplesByOwn.add(frame(event, HitProfile::isOwn), 1);
            }
            case "jdk.ObjectAllocationSample" -> {
                // The first sample of a thread weighs all that it allocated since it began, before the recording too.
                boolean first = event.getThread() == null
                        || sampled.add(event.getThread().getId());
                long bytes = first ? 0 : event.getLong("weight");
                bytesByTop.add(frame(event, any -> true), bytes);
                bytesByOwn.add(frame(event, HitProfile::isOwn), bytes);
                bytesByClass.add(event.getClass("objectClass").getName(), bytes);
            }
            case "jdk.ThreadAllocationStatistics" -> {
                RecordedThread thread = event.getThread("thread");
                long bytes = event.getLong("allocated");
                if (thread != null) {
                    allocated.merge(
                            thread.getId(),
                            new Span(bytes, bytes),
                            (known, now) -> new Span(Math.min(known.first(), bytes), Math.max(known.last(), bytes)));
                }
            }
            default -> {}
        }
    }

    private static boolean isOwn(RecordedFrame frame) {
        return frame.getMethod().getType().getName().startsWith("dev.afterimage.");
    }

    private static String frame(RecordedEvent event, Predicate<RecordedFrame> wanted) {
        List<RecordedFrame> stack = event.getStackTrace() == null
                ? List.of()
                : event.getStackTrace().getFrames();
        return stack.stream()
                .filter(wanted)
                .findFirst()
                .map(RecordedFrame::getMethod)
                .map(method -> method.getType().getName() + "." + method.getName())
                .orElse("(none)");
    }

    private void print(long hits) {
        long bytes = allocated.values().stream()
                .mapToLong(span -> span.last() - span.first())
                .sum();
        System.out.printf("%d bytes a hit (%d hits)%n", bytes / hits, hits);
        List.of(samplesByTop, samplesByOwn, bytesByTop, bytesByOwn, bytesByClass)
                .forEach(Weights::print);
    }

    /** Names by weight, the heaviest first. */
    private static final class Weights {

        private static final int SHOWN = 25;

        private final String heading;
        private final Map<String, Long> weights = new HashMap<>();
        private long total;

        Weights(String heading) {
            this.heading = heading;
        }

        void add(String name, long weight) {
            weights.merge(name, weight, Long::sum);
            total += weight;
        }

        void print() {
            System.out.println("== " + heading);
            weights.entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                    .limit(SHOWN)
                    .forEach(entry ->
                            System.out.printf("%5.1f %%  %s%n", 100.0 * entry.getValue() / total, entry.getKey()));
        }
    }
}
