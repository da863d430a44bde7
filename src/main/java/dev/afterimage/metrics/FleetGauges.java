package dev.afterimage.metrics;

import dev.afterimage.jobs.QueueStatus;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.LimiterStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The gauges of what the fleet shares: queue, credits, cool-down. Reading them asks a port at most every few seconds, and a
 * port that cannot be asked makes its gauges NaN, which Prometheus shows as a gap and CloudWatch is not sent.
 */
public final class FleetGauges {

    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Meters meters;
    private final Remembered<QueueStatus> queue;
    private final Remembered<CreditBudget.Status> credits;
    private final Remembered<LimiterStatus> limiter;

    /** Gauges over the status of three ports; nothing is asked before a gauge is read. */
    public FleetGauges(
            Meters meters,
            Supplier<QueueStatus> queue,
            Supplier<CreditBudget.Status> budget,
            Supplier<LimiterStatus> limiter,
            Clock clock) {
        this.meters = meters;
        this.queue = new Remembered<>(queue, EVERY, clock);
        this.credits = new Remembered<>(budget, EVERY, clock);
        this.limiter = new Remembered<>(limiter, EVERY, clock);
    }

    /** Puts the gauges into the registry. To be called once. */
    public void register() {
        meters.queueDepth(word(Lane.INTERACTIVE), of(queue, QueueStatus::interactive));
        meters.queueDepth(word(Lane.BULK), of(queue, QueueStatus::bulk));
        meters.gauge(
                Meters.QUEUE_AGE,
                "seconds",
                "Time since the oldest job that has not ended was put on the queue",
                of(queue, status -> status.oldestAge().map(FleetGauges::seconds).orElse(Double.NaN)));
        meters.gauge(
                Meters.DEAD_LETTERS,
                "jobs",
                "Jobs that were given up and wait for an operator",
                of(queue, QueueStatus::deadLetters));
        meters.gauge(
                Meters.CREDITS_USED,
                null, // the name says it
                "Credits spent this calendar month (UTC)",
                of(credits, CreditBudget.Status::used));
        meters.gauge(
                Meters.CREDITS_LEFT,
                null, // the name says it
                "Credits left this calendar month; not a number without a budget",
                of(credits, status -> orNaN(status.left())));
        meters.gauge(
                Meters.CREDITS_LIMIT,
                null, // the name says it
                "Credits a calendar month; not a number without a budget",
                of(credits, status -> orNaN(status.limit())));
        meters.gauge(
                Meters.COOL_DOWN_LEFT,
                "seconds",
                "Time for which the fleet still pauses because the provider asked for it",
                of(limiter, status -> seconds(status.coolDownLeft())));
    }

    private static <T> Supplier<Number> of(Remembered<T> port, Function<T, Number> number) {
        return () -> {
            T answer = port.get();
            return answer == null ? (Number) Double.NaN : number.apply(answer);
        };
    }

    private static Number seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static Number orNaN(OptionalLong value) {
        return value.isPresent() ? (Number) value.getAsLong() : Double.NaN;
    }

    private static String word(Lane lane) {
        return lane.name().toLowerCase(Locale.ROOT);
    }
}
