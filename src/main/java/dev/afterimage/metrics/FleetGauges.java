package dev.afterimage.metrics;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.afterimage.jobs.JobQueue.QueueStatus;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.ProviderLimiter.LimiterStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gauges of what the fleet shares: queue, credits, cool-down, accounts. However often they are read, each port is
 * read at most once in five seconds. While a port cannot be reached, its gauges are NaN, which Prometheus shows as a
 * gap and which is not sent to CloudWatch.
 */
public final class FleetGauges {

    private static final Duration READ_EVERY = Duration.ofSeconds(5);

    private final Meters meters;
    private final Clock clock;
    private final Supplier<Optional<QueueStatus>> queue;
    private final Supplier<Optional<CreditBudget.Status>> credits;
    private final Supplier<Optional<LimiterStatus>> limiter;

    /** Gauges over the status of three ports. A port is read when one of its gauges is. */
    public FleetGauges(
            Meters meters,
            Supplier<QueueStatus> queue,
            Supplier<CreditBudget.Status> budget,
            Supplier<LimiterStatus> limiter,
            Clock clock) {
        this.meters = meters;
        this.clock = clock;
        this.queue = remembered(queue, clock);
        this.credits = remembered(budget, clock);
        this.limiter = remembered(limiter, clock);
    }

    /** Puts the gauges into the registry. To be called once. */
    public void register() {
        String depth = "Jobs that have not ended: waiting, delayed or claimed";
        meters.gauge(
                Meters.QUEUE_DEPTH, "jobs", depth, of(queue, QueueStatus::interactive), Meters.LANE, "interactive");
        meters.gauge(Meters.QUEUE_DEPTH, "jobs", depth, of(queue, QueueStatus::bulk), Meters.LANE, "bulk");
        String age = "Time since the oldest job that has not ended was put on the queue";
        meters.gauge(
                Meters.QUEUE_AGE,
                "seconds",
                age,
                of(queue, status -> status.oldestAge().map(FleetGauges::seconds).orElse(Double.NaN)));
        String deadLetters = "Jobs that were given up and wait for an operator";
        meters.gauge(Meters.DEAD_LETTERS, "jobs", deadLetters, of(queue, QueueStatus::deadLetters));
        String used = "Credits spent this calendar month (UTC)";
        meters.gauge(Meters.CREDITS_USED, null, used, of(credits, CreditBudget.Status::used));
        String left = "Credits left this calendar month; not a number without a budget";
        meters.gauge(Meters.CREDITS_LEFT, null, left, of(credits, status -> orNaN(status.left())));
        String limit = "Credits a calendar month; not a number without a budget";
        meters.gauge(Meters.CREDITS_LIMIT, null, limit, of(credits, status -> orNaN(status.limit())));
        String pause = "Time for which the fleet still pauses because the provider asked for it";
        meters.gauge(Meters.COOL_DOWN_LEFT, "seconds", pause, of(limiter, status -> seconds(status.coolDownLeft())));
    }

    /**
     * The gauges of each account, where there are several; to be called once.
     *
     * @param budget the budget's status by the account's name
     */
    public void registerAccounts(Collection<String> names, Function<String, CreditBudget.Status> budget) {
        for (String name : names) {
            Supplier<Optional<CreditBudget.Status>> own = remembered(() -> budget.apply(name), clock);
            String pause = "Time for which the account still pauses because the provider asked for it";
            ofAccount(
                    Meters.ACCOUNT_COOL_DOWN_LEFT, "seconds", pause, name, account -> seconds(account.coolDownLeft()));
            String stopped = "1 while lanes of the account stand still, else 0";
            ofAccount(
                    Meters.ACCOUNT_STOPPED,
                    null,
                    stopped,
                    name,
                    account -> account.stops().isEmpty() ? 0 : 1);
            String left = "Credits of the account left this calendar month; not a number without a budget";
            meters.gauge(
                    Meters.ACCOUNT_CREDITS_LEFT,
                    null,
                    left,
                    of(own, status -> orNaN(status.left())),
                    Meters.ACCOUNT,
                    name);
        }
    }

    private void ofAccount(
            String meter,
            @Nullable String unit,
            String description,
            String name,
            Function<LimiterStatus.Account, Number> number) {
        Function<LimiterStatus, Number> value = status -> status.accounts().stream()
                .filter(account -> account.name().equals(name))
                .findFirst()
                .map(number)
                .orElse(Double.NaN);
        meters.gauge(meter, unit, description, of(limiter, value), Meters.ACCOUNT, name);
    }

    private static <T> Supplier<Number> of(Supplier<Optional<T>> port, Function<T, Number> number) {
        return () -> port.get().map(number).orElse(Double.NaN);
    }

    private static Number seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static Number orNaN(OptionalLong value) {
        return value.isPresent() ? (Number) value.getAsLong() : Double.NaN;
    }

    /**
     * The status of a port, kept for a few seconds, so that many gauges read it only once; empty while the port fails.
     */
    private static <T> Supplier<Optional<T>> remembered(Supplier<T> port, Clock clock) {
        LoadingCache<Supplier<T>, Optional<T>> last = Caffeine.newBuilder()
                .maximumSize(1)
                .expireAfterWrite(READ_EVERY)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run)
                .build(FleetGauges::ask);
        return () -> last.get(port);
    }

    private static <T> Optional<T> ask(Supplier<T> port) {
        try {
            return Optional.of(port.get());
        } catch (RuntimeException unavailable) {
            return Optional.empty();
        }
    }
}
