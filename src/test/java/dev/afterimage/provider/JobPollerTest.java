package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Lane;
import dev.afterimage.provider.zoo.ApiDouble;
import dev.afterimage.provider.zoo.DocumentedError;
import dev.afterimage.provider.zoo.Zoo;
import dev.afterimage.provider.zoo.ZooAnswer;
import dev.afterimage.testing.FakePause;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Orders;
import dev.afterimage.testing.Purchases;
import dev.afterimage.testing.Webhooks;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobPollerTest {

    private final MutableClock clock = MutableClock.atSomeTime();
    private final ApiDouble api = Zoo.FLUX.in(clock);
    private final ZooBench bench = new ZooBench(api, clock, new FakePause(clock));
    private final DescribedProvider provider = bench.provider(ProviderBench.FREE);

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

    /** A bug: without its port, the poll URL of an API behind plain http was taken for another host's. */
    @ParameterizedTest
    @ValueSource(
            strings = {"http://renderer/jobs/1?a=b", "http://renderer:80/jobs/1?a=b", "HTTP://Renderer/jobs/1?a=b"})
    void pollUrlOfTheApiItselfNeedsNoPort(String url) throws Exception {
        JobPoller.PollGuard guard = new JobPoller.PollGuard(
                Destination.ofOperator(URI.create("http://renderer/v1")),
                "https://api.example/v1",
                List.of(),
                List.of(),
                name -> {
                    throw new AssertionError("a host that the operator has configured is not looked up");
                });

        assertThat(guard.check(url)).isEqualTo(new Destination(false, "renderer", 80, "/jobs/1?a=b", Optional.empty()));
    }

    @Test
    void jobThatIsNeverFoundIsAnUnknownOutcome() {
        pollsAreAnswered(400, 1000);
        Instant begun = clock.instant();

        assertThatThrownBy(() -> provider.generate(bench.request(0), ProviderBench.attempt()))
                .isInstanceOf(OutcomeUnknownException.class);
        assertThat(Duration.between(begun, clock.instant())).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(35));
    }

    @ParameterizedTest
    @EnumSource(
            value = Zoo.class,
            names = {"REPLICATE", "BANNERBEAR_JOB"})
    void webhookAddressIsSentOnlyWhereWebhooksAreConfigured(Zoo animal) {
        ZooBench other = new ZooBench(animal.in(clock), clock, new FakePause(clock));
        ProviderCall call = new ProviderCall(
                other.description,
                other.config,
                ApiKeys.configured(other.config),
                (service, method, url, headers, body) -> headers);
        String told = call.of(
                        other.request(0), "p", Optional.of("https://images.example/w"), 1000, Duration.ofSeconds(1))
                .body()
                .orElseThrow();
        String silent = call.of(other.request(0), "p", Optional.empty(), 1000, Duration.ofSeconds(1))
                .body()
                .orElseThrow();

        assertThat(told).containsOnlyOnce("\"https://images.example/w\"");
        assertThat(silent).doesNotContain("webhook");
    }

    /** FLUX answers a request that has a webhook without the URL that is polled. */
    @ParameterizedTest
    @EnumSource
    void theImageIsFoundWhereWebhooksAreConfigured(Zoo animal) {
        ZooBench told = new ZooBench(animal.in(clock), clock, new Pause() {
            @Override
            public void await(Duration duration) {
                clock.advance(duration);
            }

            /** No webhook arrives. */
            @Override
            public boolean acquire(Semaphore bell, int permits, Duration atMost) {
                clock.advance(atMost);
                return false;
            }
        });
        told.webhooks = Webhooks.on();

        assertThat(told.provider(ProviderBench.FREE)
                        .generate(told.request(0), ProviderBench.attempt())
                        .content())
                .isEqualTo(told.api.image());
    }

    @Test
    void webhookEndsTheWaitBeforeTheNextPoll() {
        ImageKey key = new ImageKey("ab".repeat(32));
        List<Duration> waits = new ArrayList<>();
        bench.webhooks = Webhooks.on();
        ZooBench told = new ZooBench(api, clock, new Pause() {
            @Override
            public void await(Duration duration) {
                clock.advance(duration);
            }

            /** The provider says so at once: the job is done. */
            @Override
            public boolean acquire(Semaphore bell, int permits, Duration atMost) {
                waits.add(atMost);
                clock.advance(Duration.ofSeconds(7));
                return bench.webhooks.wake(key) && bell.tryAcquire(permits);
            }
        });
        told.webhooks = bench.webhooks;

        told.provider(ProviderBench.FREE)
                .generate(
                        told.request(0),
                        Attempt.of(Lane.BULK, new Deadline(Instant.MAX), Orders.of(Purchases.of(key))));

        assertThat(waits)
                .as("it rang, and the poll that followed found the image")
                .hasSize(1);
        assertThat(api.polls()).isEqualTo(1);
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
