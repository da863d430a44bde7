package dev.afterimage.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.Horizon;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.Lane;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.pipeline.ImageService.IndexLookup;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.TestImages;
import dev.afterimage.time.Deadline;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MeteredImageServiceTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);

    private static final ImageKey KEY = TestImages.key(1);

    private final Meters meters = new Meters(new SimpleMeterRegistry());
    private CompletableFuture<IndexLookup> known = CompletableFuture.completedFuture(indexLookup(Optional.empty()));
    private final ImageService metered = new MeteredImageService(meters, core());

    private static IndexLookup indexLookup(Optional<ImageOutcome.Hit> hit) {
        return new IndexLookup(KEY, hit.map(ImageOutcome.Hit::entry), hit);
    }

    @Test
    void aHitThatWasFoundAtOnceIsCountedAndTimed() {
        known = CompletableFuture.completedFuture(indexLookup(Optional.of(new ImageOutcome.Hit(
                TestImages.entry(KEY, MutableClock.atSomeTime().instant(), 10)))));
        assertThat(metered.indexLookup(REQUEST, false))
                .isCompletedWithValueMatching(indexLookup -> indexLookup.hit().isPresent());
        assertThat(meters.requests("interactive", "hit").count()).isEqualTo(1);
        assertThat(meters.requestTime("interactive", "hit").count()).isEqualTo(1);
    }

    @Test
    void aMissThatGoesOnIsCountedOnce() {
        assertThat(metered.indexLookup(REQUEST, false))
                .isCompletedWithValueMatching(indexLookup -> indexLookup.hit().isEmpty());
        assertThat(meters.requests("interactive", "hit").count()).isZero();
        assertThat(meters.requests("interactive", "failed").count()).isZero();
    }

    @Test
    void aLookupThatFailedIsCountedAndTimed() {
        known = CompletableFuture.failedFuture(new IllegalStateException("no versions"));
        assertThat(metered.indexLookup(REQUEST, false)).isCompletedExceptionally();
        assertThat(meters.requests("interactive", "failed").count()).isEqualTo(1);
        assertThat(meters.requestTime("interactive", "failed").count()).isEqualTo(1);
    }

    @Test
    void requestsAreCountedByLane() {
        Deadline deadline = Deadline.in(Duration.ofSeconds(4), MutableClock.atSomeTime());
        metered.obtain(GenerationRequest.onDemand(REQUEST, Caller.SERVICE, deadline));
        metered.obtain(GenerationRequest.ofJob(REQUEST, Caller.SERVICE, Lane.INTERACTIVE, deadline, Horizon.NONE));
        metered.obtain(GenerationRequest.ofJob(REQUEST, Caller.SERVICE, Lane.BULK, deadline, Horizon.NONE));
        for (String lane : List.of("interactive", "queued", "bulk")) {
            assertThat(meters.requests(lane, "failed").count()).as(lane).isEqualTo(1);
            assertThat(meters.requestTime(lane, "failed").count()).as(lane).isEqualTo(1);
        }
    }

    /** Answers index lookups with {@code known}, and fails at everything else. */
    private ImageService core() {
        return (ImageService) Proxy.newProxyInstance(
                ImageService.class.getClassLoader(),
                new Class<?>[] {ImageService.class},
                (self, method, arguments) -> method.getName().equals("indexLookup")
                        ? known
                        : CompletableFuture.failedFuture(new IllegalStateException("not here")));
    }
}
