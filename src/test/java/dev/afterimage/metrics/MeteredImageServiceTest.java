package dev.afterimage.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.generation.ImageOutcome;
import dev.afterimage.generation.ImageService;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.TestPictures;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MeteredImageServiceTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);

    private final Meters meters = new Meters(new SimpleMeterRegistry());
    private CompletableFuture<Optional<ImageOutcome.Hit>> known = CompletableFuture.completedFuture(Optional.empty());
    private final ImageService metered = new MeteredImageService(meters, core());

    @Test
    void aHitThatWasFoundAtOnceIsCountedAndTimed() {
        known = CompletableFuture.completedFuture(Optional.of(new ImageOutcome.Hit(TestPictures.entry(
                TestPictures.key(1), MutableClock.atSomeTime().instant(), 10))));
        assertThat(metered.hit(REQUEST)).isCompletedWithValueMatching(Optional::isPresent);
        assertThat(meters.requests("hit").count()).isEqualTo(1);
        assertThat(meters.requestTime("hit").count()).isEqualTo(1);
    }

    @Test
    void whatIsAskedForOnceMoreIsNotCountedTwice() {
        assertThat(metered.hit(REQUEST)).isCompletedWithValueMatching(Optional::isEmpty);
        known = CompletableFuture.failedFuture(new IllegalStateException("no versions"));
        assertThat(metered.hit(REQUEST)).isCompletedExceptionally();
        assertThat(meters.requests("hit").count()).isZero();
        assertThat(meters.requests("failed").count()).isZero();
    }

    /** Knows hits and nothing else. */
    private ImageService core() {
        return (ImageService) Proxy.newProxyInstance(
                ImageService.class.getClassLoader(), new Class<?>[] {ImageService.class}, (self, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("hit");
                    return known;
                });
    }
}
