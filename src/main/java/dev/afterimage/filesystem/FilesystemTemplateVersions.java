package dev.afterimage.filesystem;

import dev.afterimage.cache.CacheUnavailableException;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.image.TemplateId;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;

/**
 * The templates' versions as files, one a template, under {@code templates/}.
 *
 * <p>A version is part of every key and so of every hit. It is read from the disk once a second and template, by whoever
 * asks first; the others are given the same answer. A version that cannot be read is an error and not 0, which would bring
 * purged pictures back.
 */
public final class FilesystemTemplateVersions implements TemplateVersions {

    private static final Duration REMEMBERED_FOR = Duration.ofSeconds(1);
    /** Callers name the templates, so memory needs a bound; beyond it everything is forgotten, which costs one read each. */
    private static final int MOST_REMEMBERED = 10_000;

    private final DataDirectory directory;
    private final Background background;
    private final Clock clock;
    private final ConcurrentMap<TemplateId, Remembered> remembered = new ConcurrentHashMap<>();

    /** Versions whose files are read by the executor's threads; virtual ones are meant. */
    public FilesystemTemplateVersions(DataDirectory directory, Executor executor, Clock clock) {
        this.directory = directory;
        this.background = new Background(directory, executor);
        this.clock = clock;
    }

    @Override
    public CompletableFuture<Long> current(TemplateId template) {
        Instant now = clock.instant();
        Remembered known = remembered.get(template);
        if (known == null || !known.isGoodAt(now)) {
            if (remembered.size() >= MOST_REMEMBERED) {
                remembered.clear();
            }
            known = remembered.compute(
                    template, (id, other) -> other != null && other.isGoodAt(now) ? other : read(id, now));
        }
        // A copy, so that no caller can complete or cancel what the others wait for.
        return known.version().copy();
    }

    @Override
    public long raise(TemplateId template) {
        try {
            long version = counterOf(template).raise(Long.MAX_VALUE).orElseThrow();
            remembered.merge(
                    template,
                    new Remembered(CompletableFuture.completedFuture(version), clock.instant()),
                    Remembered::later);
            return version;
        } catch (IOException e) {
            throw new CacheUnavailableException(directory.explain(e), e);
        }
    }

    @Override
    public Duration visibleWithin() {
        return REMEMBERED_FOR;
    }

    /** How many templates are remembered. */
    int remembered() {
        return remembered.size();
    }

    private Remembered read(TemplateId template, Instant now) {
        return new Remembered(background.call(() -> counterOf(template).read()), now);
    }

    private CounterFile counterOf(TemplateId template) {
        return new CounterFile(
                directory,
                directory.mutex("templates"),
                directory.path("templates").resolve(TemplateFileName.of(template)));
    }

    /** What was read, or is being read since {@code at}. */
    private record Remembered(CompletableFuture<Long> version, Instant at) {

        /** Not after its time, and not before it either: a clock may be set back. */
        boolean isGoodAt(Instant now) {
            Duration age = Duration.between(at, now);
            return !version.isCompletedExceptionally() && !age.isNegative() && age.compareTo(REMEMBERED_FOR) < 0;
        }

        /** Two raises may arrive here in either order; a version only ever grows. */
        Remembered later(Remembered other) {
            boolean isLater = version.isDone()
                    && !version.isCompletedExceptionally()
                    && version.join() > other.version().join();
            return isLater ? this : other;
        }
    }
}
