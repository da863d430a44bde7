package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.generation.OutcomeUnknownException;
import dev.afterimage.generation.RejectedException;
import dev.afterimage.generation.RejectedException.Reason;
import dev.afterimage.provider.zoo.ApiDouble;
import dev.afterimage.provider.zoo.DocumentedError;
import dev.afterimage.provider.zoo.Zoo;
import dev.afterimage.provider.zoo.ZooAnswer;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobPollerTest {

    private final MutableClock clock = MutableClock.atSomeTime();
    private final ApiDouble api = Zoo.FLUX.in(clock);
    private final ZooBench bench = new ZooBench(api, clock, new FakePause(clock));
    private final DescribedProvider provider = bench.provider(JobPoller.PollPermits.FREE);

    private void pollsAreAnswered(int status, int times) {
        for (int poll = 0; poll < times; poll++) {
            api.prime(DocumentedError.rejected("unknown", ZooAnswer.json(status, "{}"), Reason.TEMPLATE)
                    .whenPolled());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 422})
    void jobThatIsNotFoundAtFirstIsPolledAgain(int status) {
        pollsAreAnswered(status, 3);

        assertThat(provider.generate(bench.request(0), ProviderBench.attempt()).content())
                .isEqualTo(api.image());
        assertThat(api.billed()).isEqualTo(1);
    }

    @Test
    void jobThatIsNeverFoundIsAnUnknownOutcome() {
        pollsAreAnswered(400, 1000);
        Instant begun = clock.instant();

        assertThatThrownBy(() -> provider.generate(bench.request(0), ProviderBench.attempt()))
                .isInstanceOf(OutcomeUnknownException.class);
        assertThat(Duration.between(begun, clock.instant())).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(35));
    }

    @Test
    void moderatedJobIsModeratedAtOnce() {
        api.prime(DocumentedError.rejected(
                        "moderated", ZooAnswer.json(200, "{'status':'Content Moderated'}"), Reason.MODERATED)
                .whenPolled());

        assertThatThrownBy(() -> provider.generate(bench.request(0), ProviderBench.attempt()))
                .isInstanceOf(RejectedException.class);
    }
}
