package dev.afterimage.catalogue;

import dev.afterimage.cache.Horizon;
import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.catalogue.CatalogueRunner.PlanReport;
import dev.afterimage.catalogue.Planner.KeySet;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.CreditBudget.Charge;
import dev.afterimage.limit.Limits;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Says what a list of images would cost and how long it would take, before anything is bought or queued. */
public final class DryRun {

    private final Planner planner;
    private final JobQueue queue;
    private final Supplier<OptionalLong> creditsLeft;
    private final Function<ImageRequest, List<String>> accounts;
    private final Function<String, Limits> limits;
    private final ToDoubleFunction<ImageRequest> credits;
    private final Supplier<Optional<Duration>> callTime;

    /**
     * A dry run with these collaborators.
     *
     * @param queue is only asked whether a job would fit
     * @param creditsLeft the credits left this month of the main API's accounts together; empty where they are not
     *     limited. When it fails, so does the dry run
     * @param accounts the names of the accounts that may make an image
     * @param limits the limits of an account, by its name
     * @param credits the credits that a purchase of an image costs; a row for which it throws a {@link RejectedException}
     *     is bad
     * @param callTime how long a call to the provider usually takes, as far as this process knows; needed only where the
     *     calls in flight are limited
     */
    public DryRun(
            Planner planner,
            JobQueue queue,
            Supplier<OptionalLong> creditsLeft,
            Function<ImageRequest, List<String>> accounts,
            Function<String, Limits> limits,
            ToDoubleFunction<ImageRequest> credits,
            Supplier<Optional<Duration>> callTime) {
        this.planner = planner;
        this.queue = queue;
        this.creditsLeft = creditsLeft;
        this.accounts = accounts;
        this.limits = limits;
        this.credits = credits;
        this.callTime = callTime;
    }

    /**
     * What a list would cost. Each row is one of: a duplicate of an earlier row, fresh, missing, bad.
     *
     * @param bad the first {@value PlanReport#MOST_BAD} bad rows
     * @param cost the sum of what the missing images cost, each in its API's own unit, when each is made at the first
     *     attempt; rounded up
     * @param creditsLeft the credits left this month of the main API's accounts together; empty where they are not
     *     limited
     * @param duration until the last image is made, at the bulk lane's share of each provider's limit, when the queue is
     *     empty before
     */
    public record Estimate(
            long rows,
            long duplicates,
            long fresh,
            long missing,
            List<CatalogueRow.Bad> bad,
            long cost,
            OptionalLong creditsLeft,
            Duration duration) {

        public Estimate {
            bad = List.copyOf(bad);
        }
    }

    /**
     * Reads the rows to their end. Blocks; call it from a virtual thread.
     *
     * @param horizon an image that is fresh now, but not until then, counts as missing
     */
    public Estimate of(CatalogueRows rows, Horizon horizon) throws IOException {
        Tally tally = new Tally();
        List<CatalogueRow> chunk;
        do {
            chunk = rows.next(Planner.CHUNK);
            tally.add(chunk, horizon);
        } while (chunk.size() == Planner.CHUNK);
        return tally.estimate();
    }

    /** What has been counted so far. */
    private final class Tally {

        private final KeySet seen = new KeySet();
        private final List<CatalogueRow.Bad> bad = new ArrayList<>();
        private long rows;
        private long duplicates;
        private long fresh;
        /** The cost of the missing images, in millionths of a credit. */
        private long micros;

        /** How many images are missing, by the accounts that may make them. */
        private final Map<List<String>, Long> missing = new HashMap<>();

        void add(List<CatalogueRow> chunk, Horizon horizon) {
            rows += chunk.size();
            List<CatalogueRow.Wanted> wanted = planner.wanted(chunk, this::add);
            for (Planner.Planned planned : planner.plan(wanted, horizon)) {
                if (!seen.add(planned.key())) {
                    duplicates++;
                } else if (planned.fresh()) {
                    fresh++;
                } else if (!queue.fits(planned.job("dry-run", Caller.SERVICE, Optional.empty(), Horizon.NONE))) {
                    add(planned.tooLarge());
                } else {
                    addMissing(planned.row());
                }
            }
        }

        private void addMissing(CatalogueRow.Wanted row) {
            try {
                micros += Charge.micros(credits.applyAsDouble(row.request()));
                missing.merge(accounts.apply(row.request()), 1L, Long::sum);
            } catch (RejectedException uncountable) {
                add(new CatalogueRow.Bad(row.line(), String.valueOf(uncountable.getMessage())));
            }
        }

        private void add(CatalogueRow.Bad row) {
            if (bad.size() < PlanReport.MOST_BAD) {
                bad.add(row);
            }
        }

        Estimate estimate() {
            long cost = (long) Math.ceil(Charge.cost(micros));
            long images = missing.values().stream().mapToLong(Long::longValue).sum();
            double seconds = missing.entrySet().stream()
                    .mapToDouble(group -> group.getValue() / callsPerSecond(group.getKey()))
                    .max()
                    .orElse(0);
            Duration duration = Duration.ofMillis(Math.round(1000 * seconds));
            bad.sort(Comparator.comparingInt(CatalogueRow.Bad::line));
            return new Estimate(rows, duplicates, fresh, images, bad, cost, creditsLeft.get(), duration);
        }
    }

    /** How many calls a second the bulk lanes of these accounts may make together. */
    private double callsPerSecond(List<String> together) {
        return together.stream().map(limits).mapToDouble(this::callsPerSecond).sum();
    }

    /**
     * How many calls a second the bulk lane of an account may make: by its rate, or by its calls in flight if they allow
     * fewer.
     */
    private double callsPerSecond(Limits account) {
        double byRate = account.bulkRate() / seconds(account.slotTime());
        OptionalInt places = account.bulkConcurrency();
        return places.isEmpty()
                ? byRate
                : callTime.get()
                        .map(each -> Math.min(byRate, places.getAsInt() / seconds(each)))
                        .orElse(byRate);
    }

    private static double seconds(Duration duration) {
        return Math.max(1, duration.toMillis()) / 1000.0;
    }
}
