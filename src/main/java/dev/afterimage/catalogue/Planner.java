package dev.afterimage.catalogue;

import dev.afterimage.cache.CacheUnavailableException;
import dev.afterimage.cache.Horizon;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.TemplateId;
import dev.afterimage.image.UndeclaredTemplateException;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Says which images of a list are missing. A failing index makes every image missing, which costs jobs but no money:
 * the pipeline looks into the store before it pays. Blocks; call it from a virtual thread.
 */
@Singleton
public final class Planner {

    /** Rows that are looked up at once: one round trip in a few hundred kilobytes. */
    public static final int CHUNK = 500;

    /**
     * A row that has been looked up.
     *
     * @param fresh whether its image is there, may be served, and meets the plan's horizon
     */
    public record Planned(CatalogueRow.Wanted row, ImageKey key, boolean fresh) {

        /** The row in the place of this one, whose job the queue does not take. */
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

    /** The row, or what is wrong with it: only templates that are served make rows that are wanted. */
    public CatalogueRow checked(CatalogueRow row) {
        if (row instanceof CatalogueRow.Wanted wanted) {
            try {
                keys.requireDeclared(wanted.request().template());
            } catch (UndeclaredTemplateException e) {
                return new CatalogueRow.Bad(wanted.line(), e.detail());
            }
        }
        return row;
    }

    /** Looks the rows up, in their order; what is fresh now is called fresh. */
    public List<Planned> plan(List<CatalogueRow.Wanted> rows) {
        return plan(rows, Horizon.NONE);
    }

    /** The same, where only what also meets the horizon is called fresh. */
    List<Planned> plan(List<CatalogueRow.Wanted> rows, Horizon horizon) {
        Map<TemplateId, Optional<Long>> versionOf = new HashMap<>();
        List<ImageKey> keyOf = keys(rows, versionOf);
        List<ImageKey> askable = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            if (versionOf
                    .getOrDefault(rows.get(i).request().template(), Optional.empty())
                    .isPresent()) {
                askable.add(keyOf.get(i));
            }
        }
        Map<ImageKey, IndexEntry> entries = askable.isEmpty()
                ? Map.of()
                : unlessUnavailable(() -> index.findAll(askable)).orElse(Map.of());
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

    /** Empty when nobody can say: then a key may be that of a purged image, and must not be called fresh. */
    private Optional<Long> version(TemplateId template) {
        return unlessUnavailable(() -> versions.current(template));
    }

    private static <T> Optional<T> unlessUnavailable(Supplier<CompletionStage<T>> question) {
        try {
            return Optional.of(question.get().toCompletableFuture().join());
        } catch (CompletionException e) {
            if (e.getCause() instanceof CacheUnavailableException) {
                return Optional.empty();
            }
            throw e;
        } catch (CacheUnavailableException e) {
            return Optional.empty();
        }
    }
}
