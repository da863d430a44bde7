package dev.afterimage.metrics;

import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.QueueStatus;
import dev.afterimage.limit.AccountLimits;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.ProviderLimiter.LimiterStatus;
import dev.afterimage.metrics.MeteredImageService.RequestOutcome;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the current statistics from the meters of this process, and from the ports that know the fleet's state. */
@Singleton
public final class MeterStats implements Supplier<Stats> {

    private final MeterRegistry registry;
    private final CreditBudget budget;
    private final AccountLimits accounts;
    private final ProviderLimiter limiter;
    private final JobQueue queue;
    private final Clock clock;
    private final Instant since;

    /** The statistics of this process since its start. */
    public MeterStats(
            Meters meters,
            CreditBudget budget,
            AccountLimits accounts,
            ProviderLimiter limiter,
            JobQueue queue,
            Clock clock) {
        this.registry = meters.registry();
        this.budget = budget;
        this.accounts = accounts;
        this.limiter = limiter;
        this.queue = queue;
        this.clock = clock;
        this.since = ProcessHandle.current().info().startInstant().orElseGet(clock::instant);
    }

    /** The current statistics. May block for a few round trips; a value that cannot be read is null, never an error. */
    @Override
    public Stats get() {
        Stats.Requests requests = new Stats.Requests(
                requests(RequestOutcome.HIT),
                requests(RequestOutcome.STALE),
                requests(RequestOutcome.STORED),
                requests(RequestOutcome.COLLAPSED),
                requests(RequestOutcome.PENDING),
                requests(RequestOutcome.REJECTED)
                        + requests(RequestOutcome.THROTTLED)
                        + requests(RequestOutcome.FAILED));
        QueueStatus jobs = orNull(queue::status);
        CreditBudget.Status credits = orNull(() -> budget.status(accounts.main()));
        LimiterStatus limits = orNull(limiter::status);
        return new Stats(
                since,
                Stats.COUNTED_BY,
                requests.hitRatio(),
                requests,
                count(Meters.PROVIDER_ANSWERS) - count(Meters.PROVIDER_ANSWERS, Meters.CLASS, Meters.UNREACHABLE),
                count(Meters.PROVIDER_ANSWERS, Meters.CLASS, "429"),
                count(Meters.PROVIDER_ANSWERS, Meters.CLASS, "5xx"),
                percentile(0.5),
                percentile(0.95),
                jobs == null ? null : jobs.depth(),
                jobs == null ? null : jobs.oldestAge().map(Duration::toSeconds).orElse(null),
                credits == null ? null : credits.used(),
                credits == null ? null : orNull(credits.left()),
                new Stats.Permits(permits("granted"), permits("denied"), permits("lapsed"), permits("refused")),
                limits == null ? null : limits.inFlight(),
                jobs == null ? null : jobs.deadLetters(),
                limits == null ? null : until(limits.coolDownLeft()),
                limits == null ? null : lanes(limits.accounts()),
                limits == null
                        ? null
                        : limits.accounts().stream().map(this::account).toList());
    }

    private static List<Stats.Lane> lanes(List<LimiterStatus.Account> accounts) {
        return accounts.stream()
                .flatMap(account -> Stream.of(Lane.values()).map(lane -> lane(lane, account)))
                .toList();
    }

    private static Stats.Lane lane(Lane lane, LimiterStatus.Account account) {
        return account.stops().stream()
                .filter(stop -> stop.reason().concerns(lane))
                .min(Comparator.comparing(LaneStop::since))
                .map(stop -> new Stats.Lane(
                        account.name(), Meters.word(lane), "stopped", Meters.word(stop.reason()), stop.since()))
                .orElseGet(() -> new Stats.Lane(account.name(), Meters.word(lane), "open", null, null));
    }

    private Stats.Account account(LimiterStatus.Account account) {
        CreditBudget.Status credits = orNull(() -> budget.status(account.name()));
        return new Stats.Account(
                account.name(),
                account.inFlight(),
                credits == null ? null : credits.used(),
                credits == null ? null : orNull(credits.left()),
                until(account.coolDownLeft()));
    }

    private long requests(String outcome) {
        return count(Meters.REQUESTS, Meters.LANE, Meters.INTERACTIVE, Meters.OUTCOME, outcome);
    }

    private long permits(String answer) {
        return count(Meters.PERMITS, Meters.ANSWER, answer);
    }

    /**
     * The sum of a meter's counters that have these tags.
     *
     * @param tags names and values in turn; none for all counters
     */
    private long count(String meter, String... tags) {
        return registry.find(meter).tags(tags).counters().stream()
                .mapToLong(counter -> (long) counter.count())
                .sum();
    }

    private @Nullable Long percentile(double wanted) {
        Timer timer = registry.find(Meters.PROVIDER_LATENCY).timer();
        if (timer == null || timer.count() == 0) {
            return null;
        }
        for (ValueAtPercentile value : timer.takeSnapshot().percentileValues()) {
            // It is zero when there was no answer within the last minutes.
            if (value.percentile() == wanted && value.value() > 0) {
                return Math.round(value.value(TimeUnit.MILLISECONDS));
            }
        }
        return null;
    }

    private @Nullable Instant until(Duration left) {
        return left.isPositive() ? clock.instant().plus(left) : null;
    }

    private static @Nullable Long orNull(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    /** The result; null when it fails, so that the other numbers are shown all the same. */
    private static <T> @Nullable T orNull(Supplier<T> port) {
        try {
            return port.get();
        } catch (RuntimeException unavailable) {
            return null;
        }
    }
}
