package dev.afterimage.redis;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.image.TemplateId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * The template versions of a fleet: a cache in Redis, and one in each process, in front of those that the store keeps.
 * When Redis does not know a version or cannot be reached, the store is asked.
 *
 * <p>While Redis keeps a version, it is only ever replaced by a higher one. Redis refuses an answer of the store that is
 * older than a limit, and keeps every version for longer than that limit. So a process that was slow or stood still between
 * reading the store and writing to Redis cannot bring a lower version back.
 *
 * <p>A version is part of every key. Each process keeps it for a few seconds, so that a hit needs no round trip for it.
 */
public final class RedisTemplateVersions implements TemplateVersions {

    private static final int MOST_TEMPLATES = 10_000;
    private static final Duration SHORTEST_REDIS_TTL = Duration.ofMinutes(1);
    private static final RedisScript VERSION = RedisScript.named("version");

    private final RedisLink link;
    private final String prefix;
    private final TemplateVersions stored;
    private final Duration nearFor;
    private final Duration redisTtl;
    private final AsyncCache<TemplateId, Long> near;

    /**
     * The highest version that this process has seen: while Redis is gone, the store's versions may be those that this
     * process read before a purge.
     */
    private final Cache<TemplateId, Long> highest =
            Caffeine.newBuilder().maximumSize(MOST_TEMPLATES).build();

    /**
     * Caches the versions of {@code stored}.
     *
     * @param stored the store's versions, which survive a flush of Redis
     * @param nearFor how long this process uses a version without asking; a few seconds
     * @param ticker a time that never goes back, such as {@link Ticker#systemTicker}
     */
    public RedisTemplateVersions(
            RedisLink link, RedisConfig config, TemplateVersions stored, Duration nearFor, Ticker ticker) {
        this.link = link;
        this.prefix = config.prefix() + ":version:";
        this.stored = stored;
        this.nearFor = nearFor;
        // Redis keeps a version for longer than any instance remembers the store's former one, so that none of them
        // brings that back.
        Duration twice = stored.visibleWithin().multipliedBy(2);
        this.redisTtl = twice.compareTo(SHORTEST_REDIS_TTL) > 0 ? twice : SHORTEST_REDIS_TTL;
        this.near = Caffeine.newBuilder()
                .maximumSize(MOST_TEMPLATES)
                .expireAfterWrite(nearFor)
                .ticker(ticker)
                .executor(Runnable::run)
                .buildAsync();
    }

    @Override
    public CompletionStage<Long> current(TemplateId template) {
        // A copy, so that no caller can complete or cancel what the others wait for.
        return near.get(template, (missing, executor) -> ask(template).thenApply(version -> highest(template, version)))
                .copy();
    }

    private long highest(TemplateId template, long version) {
        return highest.asMap().merge(template, version, Math::max);
    }

    @Override
    public long raise(TemplateId template) {
        Optional<ScriptReply> before = ifReached(known(template));
        long version = stored.raise(template);
        highest(template, version);
        near.asMap()
                .merge(
                        template,
                        CompletableFuture.completedFuture(version),
                        (known, raised) -> isHigher(known, version) ? known : raised);
        // If that fails, the other processes see the new version when the former one has expired in Redis.
        var unused = before.isPresent()
                ? ifReached(tell(template, version, before.get().number(1)))
                : ifReached(known(template).thenCompose(known -> tellStored(template, known.number(1))));
        return version;
    }

    private static <T> Optional<T> ifReached(CompletableFuture<T> answer) {
        return answer.<Optional<T>>thenApply(Optional::of)
                .exceptionally(gone -> Optional.empty())
                .join();
    }

    /** Asks the store and tells Redis: the version may have been raised again since this process last knew it. */
    private CompletionStage<Long> tellStored(TemplateId template, long askedAt) {
        return stored.current(template).thenCompose(version -> tell(template, version, askedAt));
    }

    /** Usually {@code nearFor}; this long when Redis could not be told of a new version. */
    @Override
    public Duration visibleWithin() {
        return nearFor.plus(redisTtl).plus(stored.visibleWithin());
    }

    private CompletableFuture<Long> ask(TemplateId template) {
        return known(template)
                .handle((known, gone) -> {
                    if (gone != null) {
                        return stored.current(template);
                    }
                    return known.number(0) >= 0
                            ? CompletableFuture.completedFuture(known.number(0))
                            : tellStored(template, known.number(1));
                })
                .thenCompose(version -> version);
    }

    /** The version that Redis has, -1 when it has none, and its time in milliseconds. */
    private CompletableFuture<ScriptReply> known(TemplateId template) {
        return VERSION.run(link, List.of(nameOf(template)), List.of());
    }

    /**
     * Writes a version to Redis, unless Redis has a higher one. The answer is the higher of the two; {@code version} if Redis
     * cannot be reached any more; and what the store says now if Redis has none and refuses {@code version} as too old.
     *
     * @param askedAt the time of Redis before the store was asked, in milliseconds
     */
    private CompletableFuture<Long> tell(TemplateId template, long version, long askedAt) {
        List<String> arguments = List.of(
                Long.toString(version),
                Long.toString(redisTtl.toMillis()),
                Long.toString(askedAt),
                Long.toString(redisTtl.minus(stored.visibleWithin()).toMillis()));
        return VERSION.run(link, List.of(nameOf(template)), arguments)
                .handle((known, gone) -> {
                    boolean isTooOld = gone == null && known.number(0) < 0;
                    return isTooOld
                            ? stored.current(template)
                            : CompletableFuture.completedFuture(
                                    gone == null ? Math.max(version, known.number(0)) : version);
                })
                .thenCompose(newest -> newest);
    }

    private String nameOf(TemplateId template) {
        return prefix + template.value();
    }

    private static boolean isHigher(CompletableFuture<Long> known, long version) {
        try {
            return known.isDone() && known.join() > version;
        } catch (CompletionException unknown) {
            return false;
        }
    }
}
