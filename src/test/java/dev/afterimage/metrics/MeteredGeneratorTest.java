package dev.afterimage.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.KeyUnavailableException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Lane;
import dev.afterimage.testing.FakeGenerator;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Orders;
import dev.afterimage.time.Deadline;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MeteredGeneratorTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Meters meters = new Meters(registry);
    private final Orders order = Orders.next();

    @Test
    void anAnswerIsCountedAndTimed() {
        generate(new FakeGenerator().succeeds());
        failsWith(new FakeGenerator().failsWith(rejected()));
        failsWith(new FakeGenerator().failsWith(new UnavailableException("503", null)));
        failsWith(new FakeGenerator().failsWith(new OutcomeUnknownException("late", null)));

        assertThat(answers()).isEqualTo(Map.of("2xx", 1L, "4xx", 1L, "5xx", 1L, "timeout", 1L));
        assertThat(meters.providerLatency().count()).isEqualTo(4);
    }

    @Test
    void every5xxThatWasAnsweredCountsAsOne() {
        failsWith(new FakeGenerator().failsWith(OutcomeUnknownException.serverError("500")));
        failsWith(new FakeGenerator().failsWith(OutcomeUnknownException.gatewayTimeout("504")));

        assertThat(answers()).isEqualTo(Map.of("5xx", 2L));
    }

    @Test
    void aRequestThatNeverLeftHasNoAnswer() {
        failsWith(before(rejected()));
        failsWith(before(new KeyUnavailableException("the key cannot be read", null)));

        assertThat(answers()).isEmpty();
        assertThat(meters.providerLatency().count()).isZero();
    }

    @Test
    void aCallThatGotNoConnectionIsUnreachableAndNotTimed() {
        failsWith(before(new UnavailableException("no connection", null)));

        assertThat(answers()).isEqualTo(Map.of("unreachable", 1L));
        assertThat(meters.providerLatency().count()).isZero();
    }

    @Test
    void theEndOfAResumedJobIsAnAnswerAlthoughNothingLeaves() {
        order.keepTicket("job-1");
        failsWith(before(rejected()));
        generate((request, attempt) -> FakeGenerator.image());

        assertThat(answers()).isEqualTo(Map.of("2xx", 1L, "4xx", 1L));
        assertThat(meters.providerLatency().count()).isEqualTo(2);
    }

    private static RejectedException rejected() {
        return new RejectedException(RejectedException.Reason.DATA, "no such field");
    }

    /** A provider that fails before its call leaves. */
    private static ImageGenerator before(GenerationException failure) {
        return (request, attempt) -> {
            throw failure;
        };
    }

    private void generate(ImageGenerator provider) {
        Attempt attempt =
                Attempt.of(Lane.INTERACTIVE, Deadline.in(Duration.ofSeconds(20), MutableClock.atSomeTime()), order);
        assertThat(new MeteredGenerator(meters, provider).generate(REQUEST, attempt))
                .isNotNull();
    }

    private void failsWith(ImageGenerator provider) {
        assertThatThrownBy(() -> generate(provider)).isInstanceOf(GenerationException.class);
    }

    private Map<String, Long> answers() {
        return registry.find(Meters.PROVIDER_ANSWERS).counters().stream()
                .collect(Collectors.toMap(
                        counter -> String.valueOf(counter.getId().getTag(Meters.CLASS)),
                        counter -> (long) counter.count()));
    }
}
