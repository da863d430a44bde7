package dev.afterimage.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.generation.guard.RateBelt;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.LimiterStatus;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.testing.FakeGenerator;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.time.Deadline;
import io.smallrye.faulttolerance.api.RateLimitException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PermittedGeneratorTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("card"), TemplateData.of("{}"), ImageFormat.PNG);

    private final MutableClock clock = new MutableClock();
    private final List<String> events = new ArrayList<>();
    private final Recorder limiter = new Recorder();
    private final PermitGate gate = new PermitGate(limiter, clock, new FakePause(clock), new Random(1));
    private final FakeGenerator provider = new FakeGenerator();

    /** Grants everything, but for as many departures as it was told to deny; and says what it was asked. */
    private final class Recorder implements ProviderLimiter {
        private int lapses;
        private Duration patience = Duration.ZERO;

        @Override
        public Permit acquire(Lane lane, Duration mostPatience) {
            patience = mostPatience;
            events.add("acquire");
            return new Granted("t", lane, Duration.ZERO);
        }

        @Override
        public Permit depart(Granted permit) {
            events.add("depart");
            return lapses-- > 0 ? new Denied(Duration.ofMillis(1), Permit.Reason.LAPSED) : permit;
        }

        @Override
        public void restamp(Granted permit) {
            events.add("restamp");
        }

        @Override
        public void release(Granted permit) {
            events.add("release");
        }

        @Override
        public void coolDown(Duration wait) {}

        @Override
        public LimiterStatus status() {
            return new LimiterStatus(Duration.ZERO, 0);
        }
    }

    private GeneratedImage generate(ImageGenerator next) {
        return generate(new RateBelt(), next);
    }

    private GeneratedImage generate(RateBelt belt, ImageGenerator next) {
        Attempt attempt = new Attempt(
                Lane.INTERACTIVE, Deadline.in(Duration.ofSeconds(20), clock), () -> events.add("told of departure"));
        return new PermittedGenerator(gate, belt, next).generate(REQUEST, attempt);
    }

    @Test
    void aCallShowsItsPermitWhenItLeavesAndGivesItBack() {
        assertThat(generate(provider)).isNotNull();

        assertThat(events).containsExactly("acquire", "depart", "told of departure", "release");
    }

    @Test
    void aPermitThatLapsedIsReplacedAndNothingWasBilled() {
        limiter.lapses = 2;

        assertThat(generate(provider)).isNotNull();

        assertThat(provider.calls()).isEqualTo(1);
        assertThat(events)
                .containsExactly(
                        "acquire",
                        "depart",
                        "release",
                        "acquire",
                        "depart",
                        "release",
                        "acquire",
                        "depart",
                        "told of departure",
                        "release");
    }

    @Test
    void aProcessThatAloneIsTooFastIsHeldBackByItsBelt() {
        RateBelt belt = new RateBelt() {
            private boolean full = true;

            @Override
            public void pass() {
                if (full) {
                    full = false;
                    throw new RateLimitException(0);
                }
            }
        };

        assertThat(generate(belt, provider)).isNotNull();
        assertThat(provider.calls()).isEqualTo(1);
        assertThat(events.stream().filter("acquire"::equals)).hasSize(2);
    }

    @Test
    void aRequestThatWasWrittenLateMovesItsStamp() {
        generate((request, attempt) -> {
            attempt.departure().now();
            clock.advance(Duration.ofMillis(50));
            attempt.departure().written(clock.instant());
            return FakeGenerator.picture();
        });

        assertThat(events).containsExactly("acquire", "depart", "told of departure", "restamp", "release");
    }

    @Test
    void howLongCallsTakeIsLearntFromThoseThatSucceed() {
        generate(slow(Duration.ofSeconds(8)));
        generate(provider);

        assertThat(limiter.patience).isLessThan(Duration.ofSeconds(12));
    }

    private ImageGenerator slow(Duration duration) {
        return (request, attempt) -> {
            attempt.departure().now();
            clock.advance(duration);
            return FakeGenerator.picture();
        };
    }

    @Test
    void aFailedCallGivesItsPermitBack() {
        provider.failsWith(new UnavailableException("gone", null));

        assertThatThrownBy(() -> generate(provider)).isInstanceOf(UnavailableException.class);
        assertThat(events).endsWith("release");
    }
}
