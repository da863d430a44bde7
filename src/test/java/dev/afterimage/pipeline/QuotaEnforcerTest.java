package dev.afterimage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.MemoryCallerQuota;
import dev.afterimage.pipeline.ImageService.QuotaExceededException;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.TestImages;
import dev.afterimage.time.Deadline;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class QuotaEnforcerTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);
    private static final ImageKey KEY = TestImages.key(1);

    private final MutableClock clock = new MutableClock();
    private final IndexEntry entry = TestImages.entry(KEY, clock.instant(), 10);
    private final QuotaEnforcer enforcer = new QuotaEnforcer(new MemoryCallerQuota(OptionalInt.of(1), clock));

    private ImageOutcome charge(Caller caller, ImageOutcome outcome) {
        GenerationRequest generationRequest =
                GenerationRequest.onDemand(REQUEST, caller, Deadline.in(Duration.ofSeconds(20), clock));
        return enforcer.charge(generationRequest, () -> outcome);
    }

    private void fail(GenerationException failure) {
        GenerationRequest generationRequest =
                GenerationRequest.onDemand(REQUEST, new Caller("ann"), Deadline.in(Duration.ofSeconds(20), clock));
        assertThatThrownBy(() -> enforcer.charge(generationRequest, () -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    private void assertUsedUp() {
        assertThatThrownBy(() -> charge(new Caller("ann"), new ImageOutcome.Stored(entry)))
                .isInstanceOfSatisfying(
                        QuotaExceededException.class,
                        exceeded -> assertThat(exceeded.retryAfter()).isPositive());
    }

    @Test
    void quotaOfARequestWithoutCostIsReturned() {
        Caller ann = new Caller("ann");
        for (ImageOutcome free : new ImageOutcome[] {
            new ImageOutcome.Hit(entry),
            new ImageOutcome.Collapsed(entry),
            new ImageOutcome.Stale(entry, Duration.ofSeconds(1))
        }) {
            assertThat(charge(ann, free)).isSameAs(free);
        }
        ImageOutcome paid = new ImageOutcome.Stored(entry);
        assertThat(charge(ann, paid)).isSameAs(paid);
        assertUsedUp();
    }

    @Test
    void pendingRequestIsCharged() {
        charge(new Caller("ann"), new ImageOutcome.Pending(KEY, Duration.ofSeconds(1)));
        assertUsedUp();
    }

    @Test
    void aFailureIsChargedUnlessItIsCertainThatItWasNotBilled() {
        fail(new UnavailableException("gone", null));
        fail(new RejectedException(RejectedException.Reason.DATA, "no"));
        fail(new OutcomeUnknownException("late", null));
        assertUsedUp();
    }

    @Test
    void unusableAnswerIsCharged() {
        fail(new NotAnImageException("html"));
        assertUsedUp();
    }

    @Test
    void theServiceItselfHasNoQuota() {
        ImageOutcome paid = new ImageOutcome.Stored(entry);
        assertThat(charge(Caller.SERVICE, paid)).isSameAs(paid);
        assertThat(charge(Caller.SERVICE, paid)).isSameAs(paid);
    }
}
