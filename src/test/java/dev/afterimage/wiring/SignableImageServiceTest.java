package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.delivery.UrlSigner.SigningKeyUnavailableException;
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
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SignableImageServiceTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);
    private static final ImageKey KEY = TestImages.key(1);

    private final MutableClock clock = MutableClock.atSomeTime();
    private final Deadline deadline = Deadline.in(Duration.ofSeconds(4), clock);
    private final ImageOutcome.Hit hit = new ImageOutcome.Hit(TestImages.entry(KEY, clock.instant(), 10));
    private final List<GenerationRequest> bought = new ArrayList<>();
    private Optional<ImageOutcome.Hit> known = Optional.empty();
    private boolean hasKey;
    private final ImageService service = new SignableImageService(core(), this::checkSigner, Runnable::run);

    @Test
    void withoutAKeyNothingIsBoughtForACaller() {
        GenerationRequest asked = GenerationRequest.onDemand(REQUEST, Caller.SERVICE, deadline);

        assertThatThrownBy(() -> service.obtain(asked).toCompletableFuture().join())
                .hasCauseInstanceOf(SigningKeyUnavailableException.class);
        assertThat(bought).isEmpty();

        hasKey = true;
        assertThat(service.obtain(asked)).isCompleted();
        assertThat(bought).containsExactly(asked);
    }

    @Test
    void aQueuedJobNeedsNoSigningKey() {
        GenerationRequest job = GenerationRequest.ofJob(REQUEST, Caller.SERVICE, Lane.BULK, deadline);

        assertThat(service.obtain(job)).isCompleted();
        assertThat(bought).containsExactly(job);
    }

    @Test
    void aHitIsAnsweredWithoutCheckingTheKey() {
        known = Optional.of(hit);

        assertThat(service.obtain(GenerationRequest.onDemand(REQUEST, Caller.SERVICE, deadline)))
                .isCompleted();
    }

    private void checkSigner() {
        if (!hasKey) {
            throw new SigningKeyUnavailableException("unset", new IllegalStateException());
        }
    }

    /** Buys whatever it is asked for. */
    private ImageService core() {
        return (ImageService) Proxy.newProxyInstance(
                ImageService.class.getClassLoader(), new Class<?>[] {ImageService.class}, (self, method, arguments) -> {
                    if (method.getName().equals("indexLookup")) {
                        return CompletableFuture.completedFuture(
                                new IndexLookup(KEY, known.map(ImageOutcome.Hit::entry), known));
                    }
                    bought.add((GenerationRequest) arguments[0]);
                    return CompletableFuture.completedFuture(hit);
                });
    }
}
