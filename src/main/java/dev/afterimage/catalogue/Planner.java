package dev.afterimage.catalogue;

import dev.afterimage.cache.Horizon;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.generation.Callables;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.KeyScheme.UndeclaredTemplateException;
import dev.afterimage.image.TemplateId;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.Job.BatchRow;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Says which images of a list are missing. A failing index makes every image missing, which costs jobs but no money:
 * the pipeline looks the image up in the store before it pays. Blocks; call it from a virtual thread.
 */
@Singleton
public final class Planner {

    /** Rows that are looked up at once: one round trip of a few hundred kilobytes. */
    public static final int CHUNK = 500;

    /**
     * A row that has been looked up.
     *
     * @param fresh whether its image is there, may be served, and meets the plan's horizon
     */
    public record Planned(CatalogueRow.Wanted row, ImageKey key, boolean fresh) {

        /**
         * The job that makes its image, in the bulk lane.
         *
         * @param list the list's id; the job's id is made of it and the row's line
         */
        public Job.Image job(String list, Caller caller, Optional<BatchRow> batchRow, Horizon horizon) {
            return new Job.Image(list + "-" + row.line(), key, row.request(), Lane.BULK, caller, batchRow, horizon);
        }

        /** This row as a bad one, because its job is too large for the queue. */
        public CatalogueRow.Bad tooLarge() {
            return new CatalogueRow.Bad(
                    row.line(),
                    "The data is too large to be queued; send less than 250 KiB of it, and refer to large content by its URL.");
        }
    }

    private final KeyScheme keys;
    private final TemplateVersions versions;
    private final ImageIndex index;
    private final Clock clock;

    public Planner(KeyScheme keys, TemplateVersions versions, ImageIndex index, Clock clock) {
        this.keys = keys;
        this.versions = versions;
        this.index = index;
        this.clock = clock;
    }

    /**
     * The readable rows whose template is declared, where only declared templates are served.
     *
     * @param bad receives all others, with what is wrong with them
     */
    public List<CatalogueRow.Wanted> wanted(List<CatalogueRow> rows, Consumer<CatalogueRow.Bad> bad) {
        List<CatalogueRow.Wanted> wanted = new ArrayList<>(rows.size());
        for (CatalogueRow row : rows) {
            switch (row) {
                case CatalogueRow.Bad unreadable -> bad.accept(unreadable);
                case CatalogueRow.Wanted readable -> {
                    try {
                        keys.requireDeclared(readable.request().template());
                        wanted.add(readable);
                    } catch (UndeclaredTemplateException e) {
                        bad.accept(new CatalogueRow.Bad(readable.line(), e.detail()));
                    }
                }
            }
        }
        return wanted;
    }

    /** Looks the rows up; the result has their order. Every image that is fresh now counts as fresh. */
    public List<Planned> plan(List<CatalogueRow.Wanted> rows) {
        return plan(rows, Horizon.NONE);
    }

    /** The same, but only an image that also meets the horizon counts as fresh. */
    List<Planned> plan(List<CatalogueRow.Wanted> rows, Horizon horizon) {
        Map<TemplateId, Optional<Long>> versionOf = new HashMap<>();
        List<ImageKey> keyOf = keys(rows, versionOf);
        List<ImageKey> withVersion = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            if (versionOf
                    .getOrDefault(rows.get(i).request().template(), Optional.empty())
                    .isPresent()) {
                withVersion.add(keyOf.get(i));
            }
        }
        Map<ImageKey, IndexEntry> entries = withVersion.isEmpty()
                ? Map.of()
                : unlessUnavailable(() -> index.findAll(withVersion)).orElse(Map.of());
        Instant now = clock.instant();
        List<Planned> planned = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            IndexEntry entry = entries.get(keyOf.get(i));
            boolean fresh = entry != null && entry.isFresh(now) && horizon.isMetBy(entry);
            planned.add(new Planned(rows.get(i), keyOf.get(i), fresh));
        }
        return planned;
    }

    /** Only the keys, without asking the index. */
    List<ImageKey> keys(List<CatalogueRow.Wanted> rows) {
        return keys(rows, new HashMap<>());
    }

    private List<ImageKey> keys(List<CatalogueRow.Wanted> rows, Map<TemplateId, Optional<Long>> versionOf) {
        return rows.stream()
                .map(row -> keys.keyOf(
                        row.request(),
                        versionOf
                                .computeIfAbsent(row.request().template(), this::version)
                                .orElse(0L)))
                .toList();
    }

    /**
     * The template's version; empty when it cannot be had. Without it a key may be that of a purged image, which must not
     * count as fresh.
     */
    private Optional<Long> version(TemplateId template) {
        return unlessUnavailable(() -> versions.current(template));
    }

    private static <T> Optional<T> unlessUnavailable(Supplier<CompletionStage<T>> lookup) {
        try {
            return Optional.of(Callables.await(lookup.get()));
        } catch (CacheUnavailableException e) {
            return Optional.empty();
        }
    }

    /**
     * Recognises duplicates in a catalogue by the first 64 bits of the keys. It remembers a million keys, in some 60
     * MB; a duplicate of any later key becomes a job that finds its image made.
     *
     * <p>Two different keys of a million share 64 bits with a probability of 3 in 100 million (birthday bound). The
     * second of two such images would not be made ahead of time, but when it is asked for.
     */
    static final class KeySet {

        private static final int MOST = 1_000_000;

        private final Set<Long> seen = new HashSet<>();

        /** Whether the key is new. */
        boolean add(ImageKey key) {
            Long fingerprint = Long.parseUnsignedLong(key.value(), 0, 16, 16);
            return seen.size() < MOST ? seen.add(fingerprint) : !seen.contains(fingerprint);
        }
    }
}
