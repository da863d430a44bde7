package dev.afterimage.redis;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.image.TemplateId;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * The template versions of a fleet: a cache in Redis, and one in each process, in front of those that the store keeps. A
 * version in Redis only grows, so that a slow reader cannot bring back a lower one. When Redis does not know a version or
 * cannot be reached, the store is asked.
 *
 * <p>A version is part of every key. Each process keeps it for a few seconds, so that a hit needs no round trip for it.
 */
public final class RedisTemplateVersions implements TemplateVersions {

    private static final int MOST_TEMPLATES = 10_000;
    private static final Duration SHORTEST_REDIS_TTL = Duration.ofMinutes(1);
    private static final RedisScript RAISE = RedisScript.named("version-raise");

    private final RedisLink link;
    private final String prefix;
    private final TemplateVersions stored;
    private final Duration nearFor;
    private final Duration redisTtl;
    private final AsyncCache<TemplateId, Long> near;

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
        return near.get(template, (missing, executor) -> ask(template)).copy();
    }

    @Override
    public long raise(TemplateId template) {
        long version = stored.raise(template);
        near.asMap()
                .merge(
                        template,
                        CompletableFuture.completedFuture(version),
                        (known, raised) -> isHigher(known, version) ? known : raised);
        // If that fails, the other processes see the new version when the former one has expired in Redis.
        rememberOr(template, version).join();
        return version;
    }

    /** Usually {@code nearFor}; this long when Redis could not be told of a new version. */
    @Override
    public Duration visibleWithin() {
        return nearFor.plus(redisTtl).plus(stored.visibleWithin());
    }

    private CompletableFuture<Long> ask(TemplateId template) {
        Request get = Request.cmd(Command.GET).arg(nameOf(template));
        return link.send(get)
                .handle((known, gone) -> known == null
                        ? stored.current(template).thenCompose(version -> rememberOr(template, version))
                        : CompletableFuture.completedFuture(Long.parseLong(known.toString())))
                .thenCompose(version -> version);
    }

    /** Tells Redis of a version. Answers the one that Redis has now, or the given one when Redis cannot be reached. */
    private CompletableFuture<Long> rememberOr(TemplateId template, long version) {
        List<String> arguments = List.of(Long.toString(version), Long.toString(redisTtl.toMillis()));
        return RAISE.run(link, List.of(nameOf(template)), arguments)
                .thenApply(ScriptReply::number)
                .exceptionally(gone -> version);
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
