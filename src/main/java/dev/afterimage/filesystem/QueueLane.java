package dev.afterimage.filesystem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * One lane of the queue: packs jobs into segments, and hands them out, segment by segment. A segment is opened when all open
 * ones are exhausted. {@link SegmentFolders} knows where they lie.
 *
 * <p>Not thread-safe.
 */
final class QueueLane {

    /** Jobs of one segment. */
    static final int MOST_JOBS = 500;

    /** Bytes of one segment, so that reading one takes little memory, however large its jobs. */
    private static final int MOST_BYTES = 1 << 20;

    private static final Duration REFRESH_AFTER = Duration.ofSeconds(1);

    private final SegmentFolders folders;
    private final String instance = UUID.randomUUID().toString().substring(0, 8);
    private final TreeMap<String, OpenSegment> segments = new TreeMap<>();
    private final TreeSet<SegmentName> known = new TreeSet<>(SegmentName.BY_TIME);
    private Instant refreshedAt = Instant.MIN;
    private Instant listedAt = Instant.MIN;
    private long written;

    QueueLane(DataDirectory directory, Path folder) {
        this.folders = new SegmentFolders(directory, folder);
    }

    /** A job in the state in which this process put it. */
    record Held(OpenSegment segment, JobMark mark) {}

    /** Puts jobs on the queue, a line each; when this returns they survive a power cut. */
    void put(List<String> lines, Instant due, Instant now) throws IOException {
        List<String> segment = new ArrayList<>();
        int bytes = 0;
        for (String line : lines) {
            if (segment.size() == MOST_JOBS || (!segment.isEmpty() && bytes + line.length() > MOST_BYTES)) {
                write(segment, due, now);
                segment.clear();
                bytes = 0;
            }
            segment.add(line);
            bytes += line.length();
        }
        if (!segment.isEmpty()) {
            write(segment, due, now);
        }
    }

    private void write(List<String> lines, Instant due, Instant now) throws IOException {
        SegmentName name = new SegmentName(
                due.toEpochMilli(),
                now.toEpochMilli(),
                String.format(Locale.ROOT, "%08d%s", written++ % 100_000_000, instance),
                lines.size());
        folders.write(name, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        if (!known.isEmpty()) { // else the folder is listed when somebody claims
            known.add(name);
        }
    }

    /** Hands out at most {@code max} jobs. */
    List<Held> claim(int max, Instant now, Duration visibility) throws IOException {
        List<Held> claimed = new ArrayList<>(max);
        take(claimed, max, now, visibility);
        if (claimed.size() < max && !now.isBefore(refreshedAt.plus(REFRESH_AFTER))) {
            refresh(now);
            take(claimed, max, now, visibility);
        }
        while (claimed.size() < max && openNext(now)) {
            take(claimed, max, now, visibility);
        }
        return claimed;
    }

    private void take(List<Held> claimed, int max, Instant now, Duration visibility) throws IOException {
        Iterator<OpenSegment> remaining = segments.values().iterator();
        while (claimed.size() < max && remaining.hasNext()) {
            OpenSegment segment = remaining.next();
            Optional<JobMark> due = segment.due(now);
            while (claimed.size() < max && due.isPresent()) {
                JobMark mark = due.get().claimed(token(), now.plus(visibility));
                if (segment.change(due.get(), mark)) {
                    claimed.add(new Held(segment, mark));
                }
                due = segment.due(now);
            }
            if (due.isEmpty() && claimed.size() < max) {
                segment.rest();
            }
        }
    }

    private static String token() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    Optional<Held> change(Held held, JobMark to) throws IOException {
        return held.segment().change(held.mark(), to) ? Optional.of(new Held(held.segment(), to)) : Optional.empty();
    }

    boolean end(Held held) throws IOException {
        boolean was = held.segment().end(held.mark());
        closeIfEmpty(held.segment());
        return was;
    }

    /** Jobs that have not ended, in segments of any process. */
    long depth() throws IOException {
        long depth = 0;
        for (SegmentName segment : folders.ready()) {
            depth += segment.jobs();
        }
        for (SegmentName segment : folders.open()) {
            depth += folders.jobsLeft(segment);
        }
        return depth;
    }

    /** When the oldest job was put on the queue. */
    Optional<Instant> oldest() throws IOException {
        List<SegmentName> all = new ArrayList<>(folders.ready());
        all.addAll(folders.open());
        return all.stream()
                .map(segment -> Instant.ofEpochMilli(segment.created()))
                .min(Instant::compareTo);
    }

    private void refresh(Instant now) throws IOException {
        refreshedAt = now;
        folders.finishOthersWork(now);
        for (SegmentName name : folders.open()) {
            segments.computeIfAbsent(name.fileName(), n -> folders.opened(name));
        }
        for (OpenSegment segment : List.copyOf(segments.values())) {
            try {
                segment.refresh(now);
                closeIfEmpty(segment);
            } catch (NoSuchFileException | NotDirectoryException e) {
                segments.remove(segment.name().fileName());
            }
        }
    }

    private boolean openNext(Instant now) throws IOException {
        if (mayBeBehind(now)) {
            known.clear();
            known.addAll(folders.ready());
            listedAt = now;
        }
        while (!known.isEmpty() && known.first().isDue(now)) {
            if (open(known.removeFirst(), now)) {
                return true;
            }
        }
        return false;
    }

    /** What other processes put there is looked for again, but not each time while thousands of segments wait for their time. */
    private boolean mayBeBehind(Instant now) {
        return known.isEmpty() || (!known.first().isDue(now) && !now.isBefore(listedAt.plus(REFRESH_AFTER)));
    }

    private boolean open(SegmentName name, Instant now) throws IOException {
        if (!folders.open(name)) {
            return false;
        }
        OpenSegment segment = folders.opened(name);
        try {
            segment.refresh(now);
        } catch (NoSuchFileException e) {
            // Another process found it there, and has worked it off already.
            return false;
        }
        segments.put(name.fileName(), segment);
        return true;
    }

    private void closeIfEmpty(OpenSegment segment) throws IOException {
        if (segment.size() == 0 && folders.close(segment.name())) {
            segments.remove(segment.name().fileName());
        }
    }
}
