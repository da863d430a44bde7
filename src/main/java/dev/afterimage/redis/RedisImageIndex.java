package dev.afterimage.redis;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.cache.IndexEntryCodec;
import dev.afterimage.generation.Callables;
import dev.afterimage.image.ImageKey;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The index of a fleet: a string for each image, which expires when the image may no longer be served, not even stale,
 * and beside it, in the same slot of a cluster, the image's signed URL. A lookup costs one round trip.
 */
public final class RedisImageIndex implements ImageIndex {

    /** The most keys in one pipeline; more would make the other clients of the server wait. */
    private static final int BATCH = 500;

    private final RedisLink link;
    private final String prefix;
    private final String urls;

    public RedisImageIndex(RedisLink link, RedisConfig config) {
        this.link = link;
        this.prefix = config.prefix() + ":image:";
        this.urls = config.prefix() + ":url:";
    }

    @Override
    public CompletionStage<Optional<IndexEntry>> find(ImageKey key) {
        Request both = Request.cmd(Command.MGET).arg(nameOf(key)).arg(urlOf(key));
        return orUnavailable(link.send(both).thenApply(answers -> decode(key, answers)));
    }

    /** One GET a key, pipelined: MGET takes keys of one cluster slot only. */
    @Override
    public CompletionStage<Map<ImageKey, IndexEntry>> findAll(List<ImageKey> keys) {
        CompletableFuture<Map<ImageKey, IndexEntry>> found = CompletableFuture.completedFuture(new LinkedHashMap<>());
        for (int from = 0; from < keys.size(); from += BATCH) {
            List<ImageKey> batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
            found = found.thenCompose(entries -> addFound(batch, entries));
        }
        return orUnavailable(found);
    }

    @Override
    public CompletionStage<Void> put(IndexEntry entry) {
        Request request = Request.cmd(Command.SET)
                .arg(nameOf(entry.key()))
                .arg(IndexEntryCodec.encode(entry))
                .arg("PXAT")
                .arg(entry.staleUntil().toEpochMilli());
        return orUnavailable(link.send(request).thenApply(stored -> null));
    }

    @Override
    public CompletionStage<Void> keepUrl(ImageKey key, String url, Instant until) {
        Request request =
                Request.cmd(Command.SET).arg(urlOf(key)).arg(url).arg("PXAT").arg(until.toEpochMilli());
        return orUnavailable(link.send(request).thenApply(kept -> null));
    }

    @Override
    public CompletionStage<Void> remove(ImageKey key) {
        Request both = Request.cmd(Command.DEL).arg(nameOf(key)).arg(urlOf(key));
        return orUnavailable(link.send(both).thenApply(removed -> null));
    }

    private CompletableFuture<Map<ImageKey, IndexEntry>> addFound(
            List<ImageKey> keys, Map<ImageKey, IndexEntry> entries) {
        return link.exchangeAll(keys.stream().map(this::get).toList()).thenApply(replies -> {
            for (int i = 0; i < keys.size(); i++) {
                ImageKey key = keys.get(i);
                decodeEntry(key, replies.get(i).response()).ifPresent(entry -> entries.put(key, entry));
            }
            return entries;
        });
    }

    private Request get(ImageKey key) {
        return Request.cmd(Command.GET).arg(nameOf(key));
    }

    private String nameOf(ImageKey key) {
        return prefix + key.value();
    }

    /**
     * The name of an image's signed URL. Its hash tag is the name of the entry, so that both are in one slot of a
     * cluster.
     */
    private String urlOf(ImageKey key) {
        return urls + "{" + nameOf(key) + "}";
    }

    private static Optional<IndexEntry> decode(ImageKey key, @Nullable Response entryAndUrl) {
        if (entryAndUrl == null) {
            return Optional.empty();
        }
        Optional<IndexEntry> entry = decodeEntry(key, entryAndUrl.get(0));
        @Nullable Response url = entryAndUrl.get(1);
        return url == null ? entry : entry.map(known -> known.withKeptUrl(url.toString()));
    }

    private static Optional<IndexEntry> decodeEntry(ImageKey key, @Nullable Response line) {
        return line == null ? Optional.empty() : IndexEntryCodec.decode(key, line.toString());
    }

    private static <T extends @Nullable Object> CompletionStage<T> orUnavailable(CompletableFuture<T> answer) {
        return answer.exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                new CacheUnavailableException("The index cannot be reached.", Callables.cause(failure))));
    }
}
