package dev.afterimage.jobs;

import static dev.afterimage.testing.Limiters.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.TemplateId;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.MemoryLimiter;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Purchase;
import dev.afterimage.testing.Jobs;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.MemoryJobQueue;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.Purchases;
import dev.afterimage.time.Deadline;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RedriveTest {

    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private final MutableClock clock = new MutableClock();
    private final MemoryJobQueue queue = new MemoryJobQueue(clock);
    private final MemoryLimiter limiter = Limiters.memory(
            new Limits(1000, Duration.ofSeconds(1), OptionalInt.empty(), 1, Duration.ofSeconds(60)), clock);
    private long version;
    private Runnable beforeEach = () -> {};
    private final Redrive redrive = new Redrive(queue, limiter, Jobs.KEYS, new Versions(), clock);

    private final class Versions implements TemplateVersions {

        @Override
        public CompletionStage<Long> current(TemplateId template) {
            beforeEach.run();
            return CompletableFuture.completedFuture(version);
        }

        @Override
        public long raise(TemplateId template) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Duration visibleWithin() {
            return Duration.ZERO;
        }
    }

    private int run() {
        return redrive.run(Deadline.in(PATIENCE, clock));
    }

    private void giveUp(Job... jobs) {
        queue.enqueue(List.of(jobs), Duration.ZERO);
        giveUpAll();
    }

    private void giveUpAll() {
        for (Claim claim : queue.claim(EnumSet.allOf(Lane.class), 1000, Duration.ZERO)) {
            queue.deadLetter(claim, "no");
        }
    }

    private static Job[] jobs(int count) {
        return IntStream.range(0, count).mapToObj(Jobs::bulk).toArray(Job[]::new);
    }

    /** Buys the key without getting an image until its purchases are used up. */
    private void useUp(ImageKey key) {
        Purchase purchase = Purchases.of(key);
        for (int i = 0; i <= Limiters.RULES.repurchases(); i++) {
            Permit.Granted permit = (Permit.Granted) limiter.acquire(ONE, Lane.BULK, Duration.ZERO);
            limiter.settle((Permit.Departed) limiter.depart(permit, purchase), new CallOutcome.Unusable("html"));
            clock.advance(Duration.ofHours(1));
        }
        assertThat(isUsedUp(key)).isTrue();
    }

    private boolean isUsedUp(ImageKey key) {
        return limiter.refusal(Purchases.of(key)).stream().anyMatch(Permit.Refused::usedUp);
    }

    @Test
    void deadLettersAreReturnedToTheQueue() {
        giveUp(jobs(45));

        assertThat(run()).isEqualTo(45);

        assertThat(queue.status().deadLetters()).isZero();
        assertThat(queue.status().bulk()).isEqualTo(45);
        assertThat(run()).isZero();
    }

    @Test
    void redriveAllowsOneMorePurchaseOfEachImage() {
        ImageKey key = Jobs.bulk(1).key();
        useUp(key);
        giveUp(Jobs.bulk(1), Jobs.bulk(2));

        assertThat(run()).isEqualTo(2);

        assertThat(limiter.refusal(Purchases.of(key))).isEmpty();
    }

    @Test
    void redriveAllowsAPurchaseOfTheKeyAfterAPurge() {
        version = 1;
        ImageKey now = Jobs.KEYS.keyOf(Jobs.request(1), 1);
        useUp(now);
        giveUp(Jobs.bulk(1));

        run();

        assertThat(isUsedUp(now)).isFalse();
    }

    @Test
    void deadLettersNotMovedByTheDeadlineStay() {
        giveUp(jobs(45));
        beforeEach = () -> clock.advance(Duration.ofSeconds(1));

        int moved = run();

        assertThat(moved).isEqualTo(40);
        assertThat(queue.status().deadLetters()).isEqualTo(5);
    }

    @Test
    void jobDeadLetteredAgainMeanwhileIsAllowedOnePurchaseOnly() {
        giveUp(jobs(30));
        int[] heard = {0};
        beforeEach = () -> {
            if (++heard[0] == 25) {
                giveUpAll();
            }
        };

        assertThat(run()).isEqualTo(30);

        assertThat(heard[0]).isEqualTo(30);
        assertThat(queue.status().deadLetters()).isEqualTo(20);
    }
}
