package dev.afterimage.metrics;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import io.micrometer.core.instrument.Counter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Decorator: counts failures of the index, and traces writes. It decorates the index behind the near one, and does not see
 * the hits of the near one.
 */
public final class MeteredIndex implements ImageIndex {

    private final Counter failures;
    private final Spans spans;
    private final ImageIndex next;

    public MeteredIndex(Meters meters, ImageIndex next) {
        this.failures = meters.cacheFailures("index");
        this.spans = meters.spans();
        this.next = next;
    }

    @Override
    public CompletionStage<Optional<IndexEntry>> find(ImageKey key) {
        return counted(next.find(key));
    }

    @Override
    public CompletionStage<Map<ImageKey, IndexEntry>> findAll(List<ImageKey> keys) {
        return counted(next.findAll(keys));
    }

    @Override
    public CompletionStage<Void> put(IndexEntry entry) {
        return counted(spans.until(Spans.INDEX_WRITE, Spans.KEY, entry.key().value(), () -> next.put(entry)));
    }

    @Override
    public CompletionStage<Void> keepUrl(ImageKey key, String url, Instant until) {
        return counted(next.keepUrl(key, url, until));
    }

    @Override
    public CompletionStage<Void> remove(ImageKey key) {
        return counted(next.remove(key));
    }

    private <T> CompletionStage<T> counted(CompletionStage<T> answer) {
        return answer.whenComplete((value, failure) -> {
            if (failure != null) {
                failures.increment();
            }
        });
    }
}
