package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.cache.TemplateVersionsContract;
import dev.afterimage.image.TemplateId;
import dev.afterimage.testing.FaultProxy;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.RedisProcess;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RedisTemplateVersionsTest extends TemplateVersionsContract {

    private static final TemplateId HERO = new TemplateId("hero");
    private static final Duration NEAR = Duration.ofSeconds(2);

    @AutoClose
    private final RedisClients clients = new RedisClients();

    private final MutableClock clock = new MutableClock();
    private final KeptVersions kept = new KeptVersions();

    /** What the store keeps. */
    private static final class KeptVersions implements TemplateVersions {
        final Map<TemplateId, Long> versions = new ConcurrentHashMap<>();
        final AtomicInteger questions = new AtomicInteger();

        @Override
        public CompletionStage<Long> current(TemplateId template) {
            questions.incrementAndGet();
            return CompletableFuture.completedFuture(versions.getOrDefault(template, 0L));
        }

        @Override
        public long raise(TemplateId template) {
            return versions.merge(template, 1L, Long::sum);
        }

        @Override
        public Duration visibleWithin() {
            return Duration.ZERO;
        }
    }

    @Override
    protected TemplateVersions instance() {
        return instance(RedisProcess.shared().url());
    }

    private TemplateVersions instance(String url) {
        return new RedisTemplateVersions(clients.link(url), clients.settings(), kept, NEAR, clock::nanoTime);
    }

    @Override
    protected void pass(Duration time) {
        clock.advance(time);
        clients.age(RedisProcess.shared().url(), time);
    }

    private static long current(TemplateVersions versions) {
        return versions.current(HERO).toCompletableFuture().join();
    }

    @Test
    void otherInstancesSeeAPurgeWithinSecondsWithoutAskingTheStore() {
        TemplateVersions one = instance();
        TemplateVersions other = instance();
        current(one);
        current(other);
        int asked = kept.questions.get();

        one.raise(HERO);
        assertThat(current(one)).isEqualTo(1);
        assertThat(current(other)).isZero();
        clock.advance(NEAR);

        assertThat(current(other)).isEqualTo(1);
        assertThat(kept.questions).hasValue(asked);
    }

    @Test
    void aFlushedRedisBringsNoPurgedImageBack() {
        TemplateVersions versions = instance();
        versions.raise(HERO);
        clients.forget(RedisProcess.shared().url());
        clock.advance(NEAR);

        assertThat(current(versions)).isEqualTo(1);
        assertThat(current(instance())).isEqualTo(1);
    }

    @Test
    void slowReadDoesNotRestoreAFormerVersion() {
        CompletableFuture<Long> slowStore = new CompletableFuture<>();
        TemplateVersions slow = new RedisTemplateVersions(
                clients.link(RedisProcess.shared().url()),
                clients.settings(),
                new TemplateVersions() {
                    @Override
                    public CompletionStage<Long> current(TemplateId template) {
                        return slowStore;
                    }

                    @Override
                    public long raise(TemplateId template) {
                        return 0;
                    }

                    @Override
                    public Duration visibleWithin() {
                        return Duration.ZERO;
                    }
                },
                NEAR,
                clock::nanoTime);
        CompletableFuture<Long> reading = slow.current(HERO).toCompletableFuture();
        instance().raise(HERO);

        slowStore.complete(0L);

        assertThat(reading.join()).isEqualTo(1);
        assertThat(current(instance())).isEqualTo(1);
    }

    /** A bug: the store's answer was used although Redis had found that it was asked too long ago. */
    @Test
    void processThatStoodStillWithTheStoresAnswerAsksTheStoreAgain() {
        List<CompletableFuture<Long>> answers = List.of(new CompletableFuture<>(), new CompletableFuture<>());
        Iterator<CompletableFuture<Long>> asked = answers.iterator();
        TemplateVersions thawing = new RedisTemplateVersions(
                clients.link(RedisProcess.shared().url()),
                clients.settings(),
                new TemplateVersions() {
                    private Duration visibleWithin = Duration.ZERO;

                    @Override
                    public CompletionStage<Long> current(TemplateId template) {
                        return asked.next();
                    }

                    @Override
                    public long raise(TemplateId template) {
                        return 0;
                    }

                    /** Later so long that Redis believes no answer. */
                    @Override
                    public Duration visibleWithin() {
                        Duration former = visibleWithin;
                        visibleWithin = Duration.ofHours(1);
                        return former;
                    }
                },
                NEAR,
                clock::nanoTime);
        CompletableFuture<Long> reading = thawing.current(HERO).toCompletableFuture();
        answers.get(0).complete(5L);
        answers.get(1).complete(6L);

        assertThat(reading.join()).isEqualTo(6);
    }

    /** The version was raised meanwhile, and the higher one has expired in Redis. */
    @Test
    void anAnswerThatAStoppedProcessBringsLateIsNotBelieved() {
        RedisLink link = clients.link(RedisProcess.shared().url());
        RedisScript script = RedisScript.named("version");
        List<String> key = List.of(clients.settings().prefix() + ":version:hero");
        long asked = script.call(link, key, List.of()).number(1);

        script.call(link, key, List.of("0", "60000", Long.toString(asked - 30_001), "30000"));
        assertThat(script.call(link, key, List.of()).number(0)).isEqualTo(-1);

        script.call(link, key, List.of("0", "60000", Long.toString(asked), "30000"));
        assertThat(script.call(link, key, List.of()).number(0)).isZero();
    }

    /** A bug (seed 20024218): the store's versions of a process may be those that it read before the purge. */
    @Test
    void withoutRedisAProcessKeepsTheHighestVersionThatItHasSeen() throws Exception {
        FaultProxy proxy = FaultProxy.before("127.0.0.1", RedisProcess.shared().port());
        try (proxy) {
            TemplateVersions one = instance();
            TemplateVersions other = instance("redis://127.0.0.1:" + proxy.port());
            one.raise(HERO);
            assertThat(current(other)).isEqualTo(1);
            kept.versions.put(HERO, 0L);

            proxy.cut();
            clock.advance(NEAR);
            assertThat(current(other)).isEqualTo(1);
        }
    }

    @Test
    void withoutRedisTheStoreIsAsked() {
        kept.raise(HERO);
        TemplateVersions versions = instance("redis://127.0.0.1:1");

        assertThat(current(versions)).isEqualTo(1);
        assertThat(versions.raise(HERO)).isEqualTo(2);
        assertThat(current(versions)).isEqualTo(2);
    }
}
