package dev.afterimage.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.image.TemplateId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The contract of every {@link TemplateVersions}. */
public abstract class TemplateVersionsContract {

    private static final TemplateId HERO = new TemplateId("hero");

    /** A new instance over what the test has written so far, as another process would open it. */
    protected abstract TemplateVersions instance();

    /** Lets this much time pass for all instances. */
    protected abstract void pass(Duration time);

    @Test
    void aTemplateThatWasNeverPurgedHasVersionZero() {
        assertThat(current(instance(), HERO)).isZero();
    }

    @Test
    void raisingReturnsOneMoreEachTime() {
        TemplateVersions versions = instance();

        assertThat(versions.raise(HERO)).isEqualTo(1);
        assertThat(versions.raise(HERO)).isEqualTo(2);
    }

    @Test
    void theInstanceThatRaisedUsesTheNewVersionAtOnce() {
        TemplateVersions versions = instance();
        current(versions, HERO);

        versions.raise(HERO);

        assertThat(current(versions, HERO)).isEqualTo(1);
    }

    @Test
    void otherInstancesUseTheNewVersionWithinTheirRefreshTime() {
        TemplateVersions one = instance();
        TemplateVersions other = instance();
        current(other, HERO);

        one.raise(HERO);
        pass(other.visibleWithin());

        assertThat(current(other, HERO)).isEqualTo(1);
    }

    @Test
    void raisedVersionSurvivesItsInstance() {
        instance().raise(HERO);
        instance().raise(HERO);

        assertThat(current(instance(), HERO)).isEqualTo(2);
    }

    @Test
    void templatesWhoseNamesAreAlikeHaveVersionsOfTheirOwn() {
        TemplateVersions versions = instance();
        List<TemplateId> alike = Stream.of(
                        "hero",
                        "Hero",
                        "HERO",
                        "hero.",
                        "hero:",
                        "hero~",
                        "hero-",
                        "hero_",
                        "hero:v1",
                        "hero.v1",
                        "con",
                        "0",
                        "h".repeat(127),
                        "h".repeat(128),
                        "H".repeat(128))
                .map(TemplateId::new)
                .toList();

        for (int i = 0; i < alike.size(); i++) {
            for (int raises = 0; raises <= i; raises++) {
                versions.raise(alike.get(i));
            }
        }

        TemplateVersions later = instance();
        assertThat(alike.stream().map(template -> current(later, template)))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, alike.size()).boxed().toList());
    }

    @Test
    void concurrentRaisesNeverReturnTheSameVersion() throws Exception {
        List<TemplateVersions> instances = List.of(instance(), instance());
        List<Callable<Long>> raises = IntStream.range(0, 40)
                .<Callable<Long>>mapToObj(i -> () -> instances.get(i % 2).raise(HERO))
                .toList();

        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Long>> versions = threads.invokeAll(raises);

            assertThat(versions)
                    .extracting(Future::get)
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.rangeClosed(1, 40).boxed().toList());
        }
        pass(instances.getFirst().visibleWithin());
        assertThat(current(instances.getFirst(), HERO)).isEqualTo(40);
    }

    private static long current(TemplateVersions versions, TemplateId template) {
        return versions.current(template)
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }
}
