package dev.afterimage.filesystem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Where the segments of one lane lie, and how they come and go.
 *
 * <pre>
 * ready/SEGMENT      a file of jobs, a line each, as it was put on the queue
 * building/SEGMENT.x a folder of marks that is to become an open segment
 * open/SEGMENT/      the file, now called jobs, and a mark for each job that has not ended
 * closing/SEGMENT.x  an open segment that looked empty
 * </pre>
 *
 * <p>To open a segment, the marks are laid into a folder of their own first; the process that then moves the file there has
 * opened the segment, and a folder with both becomes the open segment, whoever moves it. A segment that looks empty is moved
 * aside, so that nobody can change it, looked at again, and removed or moved back. Each step is one rename, so a process may
 * die between any two: whoever comes next finds the folder and does the next step.
 */
final class SegmentFolders {

    private static final Duration ABANDONED_AFTER = Duration.ofHours(1);

    private final DataDirectory directory;
    private final Path ready;
    private final Path building;
    private final Path open;
    private final Path closing;

    SegmentFolders(DataDirectory directory, Path lane) {
        this.directory = directory;
        this.ready = lane.resolve("ready");
        this.building = lane.resolve("building");
        this.open = lane.resolve("open");
        this.closing = lane.resolve("closing");
    }

    /** Puts a segment where it waits to be opened; when this returns it survives a power cut. */
    void write(SegmentName name, byte[] jobs) throws IOException {
        try (AtomicFile file = directory.write(Durability.POWER, jobs)) {
            file.commit(ready.resolve(name.fileName()));
        }
    }

    /** Those that wait to be opened. */
    List<SegmentName> ready() throws IOException {
        return segmentsIn(ready);
    }

    /** Those whose jobs are being handed out. */
    List<SegmentName> open() throws IOException {
        return segmentsIn(open);
    }

    OpenSegment opened(SegmentName name) {
        return new OpenSegment(name, open.resolve(name.fileName()));
    }

    /** The jobs of an open segment that have not ended. */
    long jobsLeft(SegmentName name) throws IOException {
        return marks(open.resolve(name.fileName()));
    }

    /** Whether this process opened it; false when another was faster. */
    boolean open(SegmentName name) throws IOException {
        Path folder = aside(building, name);
        Files.createDirectories(folder);
        layMarks(folder, name.jobs());
        directory.syncFolderOf(folder.resolve(OpenSegment.JOBS));
        if (!Folders.move(ready.resolve(name.fileName()), folder.resolve(OpenSegment.JOBS))) {
            Folders.remove(folder);
            return false;
        }
        Files.createDirectories(open);
        Folders.move(folder, open.resolve(name.fileName()));
        return true;
    }

    /** Removes an open segment; false when it still holds jobs. */
    boolean close(SegmentName name) throws IOException {
        if (jobsLeft(name) > 0) {
            return false;
        }
        Path folder = aside(closing, name);
        Files.createDirectories(closing);
        if (Folders.move(open.resolve(name.fileName()), folder)) {
            finishClosing(folder, name);
        }
        return true;
    }

    /** Does the next step where a process died in the middle of opening or closing. */
    void finishOthersWork(Instant now) throws IOException {
        for (String half : Folders.names(building)) {
            Path folder = building.resolve(half);
            Optional<SegmentName> name = segmentOf(half);
            if (name.isPresent() && Files.exists(folder.resolve(OpenSegment.JOBS))) {
                Files.createDirectories(open);
                Folders.move(folder, open.resolve(name.get().fileName()));
            } else if (isAbandoned(folder, now)) {
                Folders.remove(folder);
            }
        }
        for (String half : Folders.names(closing)) {
            Optional<SegmentName> name = segmentOf(half);
            if (name.isPresent()) {
                finishClosing(closing.resolve(half), name.get());
            }
        }
    }

    private void finishClosing(Path folder, SegmentName name) throws IOException {
        if (marks(folder) > 0) {
            Folders.move(folder, open.resolve(name.fileName()));
        } else {
            Folders.remove(folder);
        }
    }

    private static Path aside(Path folder, SegmentName name) {
        return folder.resolve(name.fileName() + '.' + UUID.randomUUID());
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

    private static long marks(Path folder) throws IOException {
        return Folders.names(folder).stream()
                .filter(name -> JobMark.parse(name).isPresent())
                .count();
    }

    private static List<SegmentName> segmentsIn(Path folder) throws IOException {
        return Folders.names(folder).stream()
                .map(SegmentName::parse)
                .flatMap(Optional::stream)
                .toList();
    }
}
