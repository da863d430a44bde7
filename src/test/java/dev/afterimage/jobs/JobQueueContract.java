package dev.afterimage.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.Horizon;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.JobQueue.QueueStatus;
import dev.afterimage.limit.Lane;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.MutableClock;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The contract of every job queue. The test moves the clock. */
public abstract class JobQueueContract {

    protected static final Set<Lane> BOTH = EnumSet.allOf(Lane.class);
    protected static final Duration NOW = Duration.ZERO;
    protected static final Duration A_MOMENT = Duration.ofMillis(1);

    private static final Consumer<Job> UNHEARD = job -> {};

    /** In the far future, because ElasticMQ compares the machine's time of a new message with the test's clock. */
    protected final MutableClock clock = new MutableClock(Instant.parse("2100-03-01T00:00:00Z"));

    /** The queue under test, the same one each time. */
    protected abstract JobQueue queue();

    @Test
    void jobKeepsTheHorizonOfItsPlan() throws Exception {
        Horizon horizon = Horizon.ofPlan(Instant.parse("2026-03-01T02:00:00.123Z"), Duration.ofHours(24));
        queue().enqueue(List.of(Jobs.planned(1, horizon)), NOW);

        assertThat(onlyClaim().job()).isEqualTo(Jobs.planned(1, horizon));
    }

    @Test
    void claimedJobEqualsTheEnqueuedOne() throws Exception {
        Job job = Jobs.ofBatch("01jqvcx7h5m0a2b3c4d5e6f7g8", 17);

        queue().enqueue(List.of(job), NOW);

        Claim claim = onlyClaim();
        assertThat(claim.job()).isEqualTo(job);
        assertThat(claim.attempts()).isZero();
        assertThat(claim.deliveries()).isEqualTo(1);
    }

    @Test
    void emptyQueueHasNothingToClaim() throws Exception {
        assertThat(queue().claim(BOTH, 10, NOW)).isEmpty();
    }

    @Test
    void aCompletedJobIsGone() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1)), NOW);

        assertThat(queue().complete(onlyClaim())).isTrue();

        clock.advance(queue().visibilityTimeout().multipliedBy(2));
        assertThat(queue().claim(BOTH, 10, NOW)).isEmpty();
        assertThat(queue().status().depth()).isZero();
    }

    @Test
    void interactiveJobsComeFirst() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1), Jobs.bulk(2), Jobs.interactive(3)), NOW);

        assertThat(queue().claim(BOTH, 1, NOW)).extracting(Claim::job).containsExactly(Jobs.interactive(3));
        assertThat(queue().claim(BOTH, 5, NOW))
                .extracting(Claim::job)
                .containsExactlyInAnyOrder(Jobs.bulk(1), Jobs.bulk(2));
    }

    @Test
    void claimTakesJobsOfTheGivenLanesOnly() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1), Jobs.interactive(2)), NOW);

        assertThat(queue().claim(EnumSet.of(Lane.BULK), 5, NOW))
                .extracting(Claim::job)
                .containsExactly(Jobs.bulk(1));
    }

    @Test
    void aClaimedJobIsInvisibleUntilItsTimeout() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1)), NOW);
        onlyClaim();

        clock.advance(queue().visibilityTimeout().minusSeconds(1));
        assertThat(queue().claim(BOTH, 1, NOW)).isEmpty();

        clock.advance(Duration.ofSeconds(1).plus(A_MOMENT));
        Claim again = onlyClaim();
        assertThat(again.job()).isEqualTo(Jobs.bulk(1));
        assertThat(again.deliveries()).isEqualTo(2);
        assertThat(again.attempts()).isZero();
    }

    @Test
    void anExtendedClaimIsKept() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1)), NOW);
        Claim claim = onlyClaim();

        clock.advance(queue().visibilityTimeout().minusSeconds(1));
        assertThat(queue().extend(claim)).isTrue();
        clock.advance(queue().visibilityTimeout().minusSeconds(1));

        assertThat(queue().claim(BOTH, 1, NOW)).isEmpty();
        assertThat(queue().complete(claim)).isTrue();
    }

    @Test
    void aDelayedJobWaits() throws Exception {
        queue().enqueue(List.of(Jobs.interactive(1)), Duration.ofSeconds(90));

        assertThat(queue().claim(BOTH, 1, NOW)).isEmpty();
        clock.advance(Duration.ofSeconds(90).plus(A_MOMENT));
        assertThat(onlyClaim().job()).isEqualTo(Jobs.interactive(1));
    }

    @Test
    void delayLongerThanTheBackEndAllowsIsKept() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1)), Duration.ofHours(2));

        for (int minutes = 0; minutes < 119; minutes++) {
            assertThat(queue().claim(BOTH, 1, NOW)).isEmpty();
            clock.advance(Duration.ofMinutes(1));
        }
        clock.advance(Duration.ofMinutes(1).plus(A_MOMENT));
        assertThat(onlyClaim().job()).isEqualTo(Jobs.bulk(1));
    }

    @Test
    void deferredJobLosesNoAttempt() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1)), NOW);

        for (int i = 0; i < 20; i++) {
            Claim claim = onlyClaim();
            assertThat(claim.attempts()).isZero();
            assertThat(claim.deliveries()).isEqualTo(1);
            assertThat(queue().retryLater(claim, Duration.ofSeconds(30), false)).isTrue();
            assertThat(queue().claim(BOTH, 1, NOW)).isEmpty();
            clock.advance(Duration.ofSeconds(30).plus(A_MOMENT));
        }
    }

    @Test
    void aFailedJobComesBackWithItsAttemptsCounted() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1)), NOW);

        queue().retryLater(onlyClaim(), NOW, true);
        queue().retryLater(onlyClaim(), NOW, false);
        queue().retryLater(onlyClaim(), NOW, true);

        assertThat(onlyClaim().attempts()).isEqualTo(2);
        assertThat(queue().status().depth()).isEqualTo(1);
    }

    @Test
    void deadLetterIsRedrivenWithAllItsAttempts() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1), Jobs.interactive(2)), NOW);
        queue().retryLater(onlyClaim(), NOW, true);
        queue().retryLater(onlyClaim(), NOW, true);
        for (Claim claim : queue().claim(BOTH, 2, NOW)) {
            assertThat(
                            queue().deadLetter(
                                            claim,
                                            "The template\nis gone: \u201Ccard\u201D \u2014 1 & <2>, \u5361\u7247 \uD83C\uDFA8"))
                    .isTrue();
        }
        assertThat(queue().status()).isEqualTo(new QueueStatus(0, 0, Optional.of(Duration.ZERO), 2));
        assertThat(queue().claim(BOTH, 5, NOW)).isEmpty();

        assertThat(queue().redrive(100, UNHEARD)).isEqualTo(2);

        assertThat(queue().status().deadLetters()).isZero();
        assertThat(queue().claim(BOTH, 5, NOW))
                .allSatisfy(claim -> assertThat(claim.attempts()).isZero())
                .extracting(Claim::job)
                .containsExactly(Jobs.interactive(2), Jobs.bulk(1));
    }

    @Test
    void noMoreAreRedrivenThanWasAsked() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1), Jobs.bulk(2), Jobs.bulk(3)), NOW);
        for (Claim claim : queue().claim(BOTH, 3, NOW)) {
            queue().deadLetter(claim, "no");
        }

        assertThat(queue().redrive(2, UNHEARD)).isEqualTo(2);
        assertThat(queue().status().deadLetters()).isEqualTo(1);
        assertThat(queue().redrive(2, UNHEARD)).isEqualTo(1);
        assertThat(queue().redrive(2, UNHEARD)).isZero();
    }

    @Test
    void redriveReportsAJobBeforeItCanBeClaimed() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1), Jobs.interactive(2)), NOW);
        for (Claim claim : queue().claim(BOTH, 2, NOW)) {
            queue().deadLetter(claim, "no");
        }
        List<Job> heard = new ArrayList<>();

        queue().redrive(10, job -> {
            assertThat(claimed()).doesNotContain(job);
            heard.add(job);
        });

        assertThat(heard).containsExactlyInAnyOrder(Jobs.bulk(1), Jobs.interactive(2));
    }

    private List<Job> claimed() {
        try {
            return queue().claim(BOTH, 10, NOW).stream().map(Claim::job).toList();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void callbackIsAnInteractiveJobAndIsRedrivenUnchanged() throws Exception {
        Job callback = new Job.Callback(
                "callback-1",
                URI.create("https://shop.example/told"),
                new Job.Subject.OfBatch("01jqvcx7h5m0a2b3c4d5e6f7g8"));
        queue().enqueue(List.of(Jobs.bulk(1), callback), NOW);
        assertThat(queue().status().interactive()).isEqualTo(1);

        queue().deadLetter(queue().claim(EnumSet.of(Lane.INTERACTIVE), 1, NOW).getFirst(), "no");
        assertThat(queue().redrive(10, UNHEARD)).isEqualTo(1);

        assertThat(queue().claim(EnumSet.of(Lane.INTERACTIVE), 1, NOW))
                .extracting(Claim::job)
                .containsExactly(callback);
    }

    @Test
    void jobWhoseRedriveListenerFailsStaysADeadLetter() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1)), NOW);
        queue().deadLetter(onlyClaim(), "no");

        assertThatThrownBy(() -> queue().redrive(10, job -> {
                    throw new IllegalStateException("not now");
                }))
                .hasMessage("not now");

        assertThat(queue().claim(BOTH, 10, NOW)).isEmpty();
        assertThat(queue().status().deadLetters()).isEqualTo(1);
    }

    @Test
    void statusCountsUnfinishedJobs() throws Exception {
        queue().enqueue(List.of(Jobs.bulk(1), Jobs.bulk(2), Jobs.interactive(3)), NOW);
        queue().enqueue(List.of(Jobs.bulk(4)), Duration.ofMinutes(1));
        onlyClaim();

        assertThat(queue().status().interactive()).isEqualTo(1);
        assertThat(queue().status().bulk()).isEqualTo(3);
    }

    @Test
    void concurrentClaimsHandOutEachJobOnce() throws Exception {
        List<Job> jobs = IntStream.range(0, 1234).<Job>mapToObj(Jobs::bulk).toList();
        queue().enqueue(jobs, NOW);

        Set<String> done = ConcurrentHashMap.newKeySet();
        List<Callable<Integer>> workers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            workers.add(() -> {
                int twice = 0;
                for (List<Claim> claims = queue().claim(BOTH, 10, NOW);
                        !claims.isEmpty();
                        claims = queue().claim(BOTH, 10, NOW)) {
                    for (Claim claim : claims) {
                        twice += done.add(claim.job().id()) ? 0 : 1;
                        queue().complete(claim);
                    }
                }
                return twice;
            });
        }
        int twice = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> worker : threads.invokeAll(workers)) {
                twice += worker.get();
            }
        }

        assertThat(done).hasSize(1234);
        assertThat(twice).isZero();
        assertThat(queue().status().depth()).isZero();
    }

    protected Claim onlyClaim() throws InterruptedException {
        List<Claim> claims = queue().claim(BOTH, 1, NOW);
        assertThat(claims).hasSize(1);
        return claims.getFirst();
    }
}
