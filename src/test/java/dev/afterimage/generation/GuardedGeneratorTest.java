package dev.afterimage.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.generation.guard.CallGuard;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit.PermitLapsedException;
import dev.afterimage.testing.FakeGenerator;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Orders;
import dev.afterimage.time.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;
import org.junit.jupiter.api.Test;

class GuardedGeneratorTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);

    private final MutableClock clock = new MutableClock();
    private final List<String> told = new ArrayList<>();
    private final FakeGenerator provider = new FakeGenerator();

    private final Attempt.Departure departure = new Attempt.Departure() {
        @Override
        public void now() {
            told.add("now");
        }

        @Override
        public void written(Instant at) {
            told.add("written");
        }
    };

    private GeneratedImage generate(CallGuard belt, ImageGenerator next) {
        Attempt attempt = Attempt.of(Lane.INTERACTIVE, Deadline.in(Duration.ofSeconds(20), clock), Orders.next())
                .withDeparture(departure);
        return new GuardedGenerator(belt, next).generate(REQUEST, attempt);
    }

    /** A guard that ends the call as SmallRye's annotations would. */
    private static CallGuard endingWith(RuntimeException end, boolean afterTheCall) {
        return new CallGuard() {
            @Override
            public GeneratedImage call(Callable<GeneratedImage> work) throws Exception {
                if (afterTheCall) {
                    GeneratedImage late = work.call();
                    assertThat(late).isNotNull();
                }
                throw end;
            }
        };
    }

    @Test
    void callWithinTheLimitsPassesAndReportsItsDeparture() {
        GeneratedImage image = generate(new CallGuard(), (request, attempt) -> {
            attempt.departure().now();
            attempt.departure().written(clock.instant());
            return FakeGenerator.image();
        });

        assertThat(image).isNotNull();
        assertThat(told).containsExactly("now", "written");
    }

    @Test
    void timeoutBeforeDepartureIsUnavailable() {
        assertThatThrownBy(() -> generate(endingWith(new TimeoutException(), false), provider))
                .isInstanceOfSatisfying(
                        UnavailableException.class,
                        failure -> assertThat(failure.billed()).isEqualTo(GenerationException.Billed.NO));
    }

    @Test
    void timeoutAfterDepartureIsAnUnknownOutcome() {
        assertThatThrownBy(() -> generate(endingWith(new TimeoutException(), true), provider))
                .isInstanceOfSatisfying(
                        OutcomeUnknownException.class,
                        failure -> assertThat(failure.billed()).isEqualTo(GenerationException.Billed.MAYBE));
        assertThat(told).containsExactly("now");
    }

    @Test
    void callRefusedByALocalLimitNeedsANewPermit() {
        assertThatThrownBy(() -> generate(endingWith(new BulkheadException(), false), provider))
                .isInstanceOf(PermitLapsedException.class);
        assertThat(provider.calls()).isZero();
    }
}
