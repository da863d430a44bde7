package dev.afterimage.filesystem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A segment whose jobs are being handed out: a folder with the file {@code jobs}, which never changes, and a
 * {@link JobMark} a job that has not ended. What this object knows of the marks may be out of date, because other processes
 * rename them too; a rename that finds nothing tells so. Not thread-safe.
 */
final class OpenSegment {

    static final String JOBS = "jobs";

    /** The folder's own time tells of changes, but not of one in the same tick; so it is listed once in a while anyway. */
    private static final Duration LIST_AGAIN_AFTER = Duration.ofSeconds(30);

    private final SegmentName name;
    private final Path folder;
    private final Map<Integer, JobMark> marks = new HashMap<>();
    private String @Nullable [] lines;
    private @Nullable FileTime listedAs;
    private Instant listedAt = Instant.MIN;

    OpenSegment(SegmentName name, Path folder) {
        this.name = name;
        this.folder = folder;
    }

    SegmentName name() {
        return name;
    }

    int size() {
        return marks.size();
    }

    /**
     * Looks at the folder, if it may have changed.
     *
     * @throws NoSuchFileException when the segment has ended
     */
    void refresh(Instant now) throws IOException {
        FileTime changed = Files.getLastModifiedTime(folder);
        if (changed.equals(listedAs) && now.isBefore(listedAt.plus(LIST_AGAIN_AFTER))) {
            return;
        }
        marks.clear();
        for (String file : Folders.names(folder)) {
            JobMark.parse(file).ifPresent(mark -> marks.put(mark.index(), mark));
        }
        listedAs = changed;
        listedAt = now;
    }

    /** A job that may be handed out, as far as is known. */
    Optional<JobMark> due(Instant now) {
        return marks.values().stream().filter(mark -> mark.isDue(now)).findFirst();
    }

    /** Changes the state of a job; false when it is no longer in the state {@code from}. */
    boolean change(JobMark from, JobMark to) throws IOException {
        try {
            Files.move(folder.resolve(from.fileName()), folder.resolve(to.fileName()), StandardCopyOption.ATOMIC_MOVE);
            marks.put(to.index(), to);
            return true;
        } catch (NoSuchFileException e) {
            forget(from);
            return false;
        }
    }

    /** Ends a job; false when it is no longer in that state. */
    boolean end(JobMark mark) throws IOException {
        boolean was = Files.deleteIfExists(folder.resolve(mark.fileName()));
        if (was) {
            marks.remove(mark.index());
        } else {
            forget(mark);
        }
        return was;
    }

    private void forget(JobMark mark) {
        marks.remove(mark.index(), mark);
        listedAs = null;
    }

    /** The job's text, from a copy of the file that is kept until {@link #rest}. */
    String line(int index) throws IOException {
        if (lines == null) {
            lines = Files.readString(folder.resolve(JOBS), StandardCharsets.UTF_8)
                    .split("\n", -1);
        }
        if (index >= lines.length - 1) {
            throw new DamagedFileException(JOBS + " of segment " + name.fileName() + " ends before line " + index);
        }
        return lines[index];
    }

    /** Nothing of it is due now, so its text need not stay in memory. */
    void rest() {
        lines = null;
    }
}
