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
 * The templates' versions of a fleet, remembered in front of what the store keeps. What Redis remembers only grows, so a slow
 * reader cannot put back a version that was raised meanwhile; what it forgot, or cannot be asked for, the store is asked.
 *
 * <p>A version is part of every key. Each process keeps it for a moment, so that a hit needs no round trip for it.
 */
public final class RedisTemplateVersions implements TemplateVersions {

    private static final int MOST_TEMPLATES = 10_000;
    private static final Duration SHORTEST_MEMORY = Duration.ofMinutes(1);
    private static final RedisScript RAISE = RedisScript.named("version-raise");

    private final RedisLink link;
    private final String prefix;
    private final TemplateVersions kept;
    private final Duration nearFor;
    private final Duration memory;
    private final AsyncCache<TemplateId, Long> near;

    /**
     * Versions in front of {@code kept}.
     *
     * @param kept what outlives a flush
     * @param nearFor how long this process uses a version without asking; a few seconds
     * @param ticker a time that never goes back, such as {@link Ticker#systemTicker}
     */
    public RedisTemplateVersions(
            RedisLink link, RedisConfig config, TemplateVersions kept, Duration nearFor, Ticker ticker) {
        this.link = link;
        this.prefix = config.prefix() + ":version:";
        this.kept = kept;
        this.nearFor = nearFor;
        // Outlives what instances remember of the store, so that none of them brings a former version back.
        Duration twice = kept.visibleWithin().multipliedBy(2);
        this.memory = twice.compareTo(SHORTEST_MEMORY) > 0 ? twice : SHORTEST_MEMORY;
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
        long version = kept.raise(template);
        near.asMap()
                .merge(
                        template,
                        CompletableFuture.completedFuture(version),
                        (known, raised) -> isHigher(known, version) ? known : raised);
        // Should that fail, the others see it as soon as Redis forgets the former version.
        rememberOr(template, version).join();
        return version;
    }

    /** Usually {@code nearFor}; so long when Redis could not be told. */
    @Override
    public Duration visibleWithin() {
        return nearFor.plus(memory).plus(kept.visibleWithin());
    }

    private CompletableFuture<Long> ask(TemplateId template) {
        Request get = Request.cmd(Command.GET).arg(nameOf(template));
        return link.send(get)
                .handle((known, gone) -> known == null
                        ? kept.current(template).thenCompose(version -> rememberOr(template, version))
                        : CompletableFuture.completedFuture(Long.parseLong(known.toString())))
                .thenCompose(version -> version);
    }

    /** The version that stands in Redis from now on; the given one when Redis cannot be told. */
    private CompletableFuture<Long> rememberOr(TemplateId template, long version) {
        List<String> arguments = List.of(Long.toString(version), Long.toString(memory.toMillis()));
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
