package dev.afterimage.simulation;

import dev.afterimage.delivery.DeliveryConfig;
import dev.afterimage.jobs.CallbackConfig;
import dev.afterimage.simulation.SimulatedProvider.Behaviour;
import dev.afterimage.wiring.WiredProcess.Settings;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The settings of one run: how the fleet is set up, how much is asked of it, and how often the provider behaves badly.
 *
 * @param accounts how many accounts the fleet has at the provider; each may use the whole rate, concurrency and budget
 * @param concurrency calls in flight that the provider allows; 0: any number
 * @param credits the month's budget; 0: none
 * @param ttl how long an image is fresh
 * @param callbacks whether some clients want callbacks
 * @param sleeps whether a process is frozen after its answers, as on Lambda
 * @param smallFailures whether single calls of Redis, store and queue fail now and then
 */
record Scenario(
        Settings settings,
        int accounts,
        int rate,
        Duration window,
        int concurrency,
        int credits,
        Duration ttl,
        int instances,
        Duration length,
        int requests,
        int images,
        double deletes,
        int purges,
        int batches,
        boolean callbacks,
        int catalogueRows,
        Duration firstPlan,
        Duration period,
        boolean smallFailures,
        boolean sleeps,
        Map<Behaviour, Double> moods) {

    private static final Map<Map<String, String>, Settings> KNOWN = new ConcurrentHashMap<>();
    private static final int[] RATES = {2, 4, 8};
    private static final int[] WINDOWS = {1, 3};
    private static final int[] CONCURRENCIES = {0, 0, 2, 4};
    private static final int[] CREDITS = {0, 0, 0, 25};
    private static final int FIRST_CATALOGUE_IMAGE = 100;

    /**
     * The scenario of a seed.
     *
     * @param more random numbers for what was added later and happens in some seeds only, so that the others stay as they were
     */
    static Scenario of(long seed, Random chance, Random more) {
        boolean nights = seed % 6 == 5;
        int accounts = seed % 4 == 2 ? 2 : 1;
        Duration urlTtl = Duration.ofSeconds(seed % 3 == 0 ? 20 : 300);
        int rate = RATES[chance.nextInt(RATES.length)];
        Duration window = Duration.ofSeconds(WINDOWS[chance.nextInt(WINDOWS.length)]);
        int concurrency = CONCURRENCIES[chance.nextInt(CONCURRENCIES.length)];
        int credits = nights ? 0 : CREDITS[chance.nextInt(CREDITS.length)];
        Duration ttl = nights ? Duration.ofMinutes(20) : Duration.ofMinutes(chance.nextBoolean() ? 1 : 30);
        Map<Behaviour, Double> moods = new EnumMap<>(Behaviour.class);
        double share = chance.nextDouble() * 0.6;
        for (Behaviour behaviour : Behaviour.values()) {
            boolean stopsLanes = behaviour == Behaviour.KEY_REFUSED || behaviour == Behaviour.OUT_OF_CREDITS;
            if (chance.nextDouble() < share && behaviour != Behaviour.REJECTED && !(nights && stopsLanes)) {
                moods.put(behaviour, chance.nextDouble() * 0.15);
            }
        }
        return new Scenario(
                settings(accounts, rate, window, concurrency, credits, ttl, urlTtl),
                accounts,
                rate,
                window,
                concurrency,
                credits,
                ttl,
                1 + chance.nextInt(3),
                nights ? Duration.ofMinutes(65) : Duration.ofSeconds(60),
                nights ? 10 : 10 + chance.nextInt(40),
                1 + chance.nextInt(12),
                chance.nextInt(3) == 0 ? 0.2 : 0,
                !nights && more.nextInt(4) == 0 ? 1 + more.nextInt(3) : 0,
                !nights && more.nextInt(4) == 0 ? 1 + more.nextInt(2) : 0,
                more.nextInt(3) == 0,
                nights ? 5 + chance.nextInt(15) : chance.nextInt(4) == 0 ? 10 : 0,
                nights ? Duration.ofMinutes(1) : Duration.ofSeconds(5),
                Duration.ofMinutes(20),
                chance.nextInt(4) == 0,
                !nights && chance.nextInt(4) == 0,
                moods);
    }

    private static Settings settings(
            int accounts, int rate, Duration window, int concurrency, int credits, Duration ttl, Duration urlTtl) {
        Map<String, String> values = new HashMap<>();
        values.put("afterimage.backend", "aws");
        values.put("afterimage.s3.bucket", "images");
        values.put("afterimage.sqs.interactive-queue-url", SimulatedQueues.INTERACTIVE);
        values.put("afterimage.sqs.bulk-queue-url", SimulatedQueues.BULK);
        values.put("afterimage.sqs.dead-letter-queue-url", SimulatedQueues.DEAD);
        values.put("afterimage.provider.rate", Integer.toString(rate));
        values.put("afterimage.provider.rate-window", window.toSeconds() + "s");
        if (accounts > 1) {
            values.put("afterimage.provider.api-key", "first");
            values.put("afterimage.provider.accounts.second.api-key", "second");
        }
        values.put("afterimage.provider.timeout", "8s");
        values.put("afterimage.provider.connect-timeout", "2s");
        if (concurrency > 0) {
            values.put("afterimage.provider.concurrency", Integer.toString(concurrency));
        }
        if (credits > 0) {
            values.put("afterimage.provider.monthly-credits", Integer.toString(credits));
        }
        values.put("afterimage.cache.ttl", ttl.toMinutes() + "m");
        values.put("afterimage.cache.stale-ttl", "2h");
        values.put("afterimage.pregeneration.visibility-timeout", "1m");
        values.put("afterimage.pregeneration.patience", "30s");
        values.put("afterimage.pregeneration.back-off", "5s");
        values.put("afterimage.pregeneration.max-back-off", "1m");
        values.put("afterimage.pregeneration.catalogues.cards.source", "cards.ndjson");
        values.put("afterimage.delivery.base-url", "https://cdn.example");
        values.put("afterimage.delivery.url-ttl", urlTtl.toSeconds() + "s");
        values.put("afterimage.callbacks.secret", "s".repeat(CallbackConfig.SHORTEST_SECRET));
        return KNOWN.computeIfAbsent(values, Settings::of);
    }

    /** The same settings with no budget. */
    Settings withoutBudget() {
        Duration urlTtl = settings.of(DeliveryConfig.class).urlTtl();
        return settings(accounts, rate, window, concurrency, 0, ttl, urlTtl);
    }

    int firstCatalogueImage() {
        return FIRST_CATALOGUE_IMAGE;
    }

    /** The rows of a batch: some of the images that clients ask for, and others. */
    List<Integer> batch(Random more) {
        return more.ints(1 + more.nextInt(10), 0, 2 * images).boxed().toList();
    }

    /** The image that a client asks for: some far more often than others, and also those of the catalogue. */
    int image(Random chance) {
        if (catalogueRows > 0 && chance.nextBoolean()) {
            return FIRST_CATALOGUE_IMAGE + chance.nextInt(catalogueRows);
        }
        return (int) (images * chance.nextDouble() * chance.nextDouble());
    }

    Duration patience(Random chance) {
        return switch (chance.nextInt(4)) {
            case 0 -> Duration.ZERO;
            case 1 -> Duration.ofSeconds(2);
            default -> Duration.ofSeconds(25);
        };
    }
}
