package dev.afterimage.filesystem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
 * One lane of the queue in one folder.
 *
 * <pre>
 * ready/SEGMENT      a file of up to {@value #MOST_JOBS} jobs, a line each, as it was put on the queue
 * building/SEGMENT.x a folder of marks that is to become an open segment
 * open/SEGMENT/      the file, now called jobs, and a mark for each job that has not ended
 * closing/SEGMENT.x  an open segment that looked empty
 * </pre>
 *
 * <p>A segment is opened when all open ones are exhausted. The marks are laid into a folder of their own first; the process
 * that then moves the file there has opened the segment, and a folder with both becomes the open segment, whoever moves it.
 * A segment that looks empty is moved aside, so that nobody can change it, looked at again, and removed or moved back. Each
 * step is one rename, so a process may die between any two: whoever comes next finds the folder and does the next step.
 *
 * <p>Not thread-safe.
 */
final class QueueLane {

    static final int MOST_JOBS = 500;

    /** Bytes of one segment, so that reading one takes little memory, however large its jobs. */
    static final int MOST_BYTES = 1 << 20;

    private static final Duration REFRESH_AFTER = Duration.ofSeconds(1);
    private static final Duration ABANDONED_AFTER = Duration.ofHours(1);

    private final DataDirectory directory;
    private final Path ready;
    private final Path building;
    private final Path open;
    private final Path closing;
    private final String instance = UUID.randomUUID().toString().substring(0, 8);
    private final TreeMap<String, OpenSegment> segments = new TreeMap<>();
    private final TreeSet<SegmentName> known = new TreeSet<>(SegmentName.BY_TIME);
    private Instant refreshedAt = Instant.MIN;
    private long written;

    QueueLane(DataDirectory directory, Path folder) {
        this.directory = directory;
        this.ready = folder.resolve("ready");
        this.building = folder.resolve("building");
        this.open = folder.resolve("open");
        this.closing = folder.resolve("closing");
    }

    /** A job in the state in which this process put it. */
    record Held(OpenSegment segment, JobMark mark) {}

    /** Writes one segment; when this returns it survives a power cut. */
    void write(List<String> lines, Instant due, Instant now) throws IOException {
        SegmentName name = new SegmentName(
                due.toEpochMilli(),
                now.toEpochMilli(),
                String.format(Locale.ROOT, "%08d%s", written++ % 100_000_000, instance),
                lines.size());
        byte[] content = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        try (AtomicFile file = directory.write(Durability.POWER, content)) {
            file.commit(ready.resolve(name.fileName()));
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
        if (held.segment().size() == 0) {
            close(held.segment().name());
        }
        return was;
    }

    /** Jobs that have not ended, in segments of any process. */
    long depth() throws IOException {
        long depth = 0;
        for (SegmentName segment : list(ready)) {
            depth += segment.jobs();
        }
        for (SegmentName segment : list(open)) {
            depth += names(open.resolve(segment.fileName())).stream()
                    .filter(name -> JobMark.parse(name).isPresent())
                    .count();
        }
        return depth;
    }

    /** When the oldest job was put on the queue. */
    Optional<Instant> oldest() throws IOException {
        List<SegmentName> all = new ArrayList<>(list(ready));
        all.addAll(list(open));
        return all.stream()
                .map(segment -> Instant.ofEpochMilli(segment.created()))
                .min(Instant::compareTo);
    }

    private void refresh(Instant now) throws IOException {
        refreshedAt = now;
        finishOthersWork(now);
        for (SegmentName name : list(open)) {
            segments.computeIfAbsent(name.fileName(), n -> new OpenSegment(name, open.resolve(n)));
        }
        for (OpenSegment segment : List.copyOf(segments.values())) {
            try {
                segment.refresh(now);
                if (segment.size() == 0) {
                    close(segment.name());
                }
            } catch (NoSuchFileException | NotDirectoryException e) {
                segments.remove(segment.name().fileName());
            }
        }
    }

    private boolean openNext(Instant now) throws IOException {
        if (known.isEmpty() || !known.first().isDue(now)) {
            known.clear();
            known.addAll(list(ready));
        }
        while (!known.isEmpty() && known.first().isDue(now)) {
            SegmentName next = known.removeFirst();
            if (open(next, now)) {
                return true;
            }
        }
        return false;
    }

    private boolean open(SegmentName name, Instant now) throws IOException {
        Path folder = building.resolve(name.fileName() + '.' + token());
        Files.createDirectories(folder);
        layMarks(folder, name.jobs());
        directory.syncFolderOf(folder.resolve(OpenSegment.JOBS));
        if (!move(ready.resolve(name.fileName()), folder.resolve(OpenSegment.JOBS))) {
            remove(folder);
            return false;
        }
        Files.createDirectories(open);
        move(folder, open.resolve(name.fileName()));
        OpenSegment segment = new OpenSegment(name, open.resolve(name.fileName()));
        try {
            segment.refresh(now);
        } catch (NoSuchFileException e) {
            // Another process moved it there, and has worked it off already.
            return false;
        }
        segments.put(name.fileName(), segment);
        return true;
    }

    /** All marks are names of one empty file: a name costs a fiftieth of what a file costs. */
    private static void layMarks(Path folder, int jobs) throws IOException {
        Path first = Files.createFile(folder.resolve(JobMark.waiting(0).fileName()));
        boolean links = true;
        for (int i = 1; i < jobs; i++) {
            Path mark = folder.resolve(JobMark.waiting(i).fileName());
            links = links && link(mark, first);
            if (!links) {
                Files.createFile(mark);
            }
        }
    }

    /** Whether this disk knows links. */
    private static boolean link(Path mark, Path file) {
        try {
            Files.createLink(mark, file);
            return true;
        } catch (UnsupportedOperationException | IOException e) {
            return false;
        }
    }

    private void close(SegmentName name) throws IOException {
        if (holdsMarks(open.resolve(name.fileName()))) {
            return;
        }
        segments.remove(name.fileName());
        Path folder = closing.resolve(name.fileName() + '.' + token());
        Files.createDirectories(closing);
        if (move(open.resolve(name.fileName()), folder)) {
            finishClosing(folder, name);
        }
    }

    private void finishClosing(Path folder, SegmentName name) throws IOException {
        if (holdsMarks(folder)) {
            move(folder, open.resolve(name.fileName()));
        } else {
            remove(folder);
        }
    }

    private static boolean holdsMarks(Path folder) throws IOException {
        return names(folder).stream().anyMatch(file -> JobMark.parse(file).isPresent());
    }

    /** Does the next step where a process died in the middle of opening or closing. */
    private void finishOthersWork(Instant now) throws IOException {
        for (String half : names(building)) {
            Path folder = building.resolve(half);
            Optional<SegmentName> name = segmentOf(half);
            if (name.isPresent() && Files.exists(folder.resolve(OpenSegment.JOBS))) {
                Files.createDirectories(open);
                move(folder, open.resolve(name.get().fileName()));
            } else if (isAbandoned(folder, now)) {
                remove(folder);
            }
        }
        for (String half : names(closing)) {
            Optional<SegmentName> name = segmentOf(half);
            if (name.isPresent()) {
                finishClosing(closing.resolve(half), name.get());
            }
        }
    }

    private static Optional<SegmentName> segmentOf(String half) {
        return SegmentName.parse(half.split("\\.", 2)[0]);
    }

    private static boolean isAbandoned(Path folder, Instant now) throws IOException {
        try {
            return Files.getLastModifiedTime(folder).toInstant().isBefore(now.minus(ABANDONED_AFTER));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static List<SegmentName> list(Path folder) throws IOException {
        return names(folder).stream()
                .map(SegmentName::parse)
                .flatMap(Optional::stream)
                .toList();
    }

    static List<String> names(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                names.add(OpenSegment.fileName(file));
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    /** Whether it was there to be moved. */
    private static boolean move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void remove(Path folder) throws IOException {
        for (String name : names(folder)) {
            Files.deleteIfExists(folder.resolve(name));
        }
        Files.deleteIfExists(folder);
    }
}
