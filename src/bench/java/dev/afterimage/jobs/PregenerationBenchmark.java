package dev.afterimage.jobs;

import dev.afterimage.cache.FreshnessPolicy;
import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.catalogue.CatalogueRunner;
import dev.afterimage.catalogue.CatalogueRunner.CatalogueSource;
import dev.afterimage.catalogue.CatalogueRunner.PlanReport;
import dev.afterimage.catalogue.Planner;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.limit.Lane;
import dev.afterimage.local.Database;
import dev.afterimage.local.SqliteCheckpoints;
import dev.afterimage.local.SqliteJobQueue;
import dev.afterimage.testing.FixedVersions;
import dev.afterimage.testing.Jobs;
import dev.afterimage.time.Deadline;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Measures planning and the local queue.
 *
 * <pre>
 * ./mvnw -q -Pbench test-compile exec:exec -Dmain=dev.afterimage.jobs.PregenerationBenchmark \
 *     -Djmh="1000000 new|fresh [drain]"
 * </pre>
 *
 * <p>{@code new}: no image exists, so every row becomes a job on the queue. {@code fresh}: every image exists. {@code drain}:
 * claims and completes the jobs afterwards, one thread. That a small {@code -Xmx} is enough shows that memory doesn't grow with
 * the rows.
 */
public final class PregenerationBenchmark {

    private static final Clock CLOCK = Clock.systemUTC();

    private PregenerationBenchmark() {}

    public static void main(String[] args) throws Exception {
        int rows = Integer.parseInt(args[0]);
        boolean fresh = args[1].equals("fresh");
        Path folder = Files.createTempDirectory("afterimage-benchmark");
        Path catalogue = folder.resolve("catalogue.csv");
        write(catalogue, rows);
        Database database = new Database(folder.resolve("data"), false);
        JobQueue queue = new SqliteJobQueue(database, Duration.ofMinutes(2), CLOCK, wait -> {});
        CatalogueRunner runner = new CatalogueRunner(
                config(catalogue),
                source -> new CatalogueSource.OpenCatalogue(Files.newInputStream(Path.of(source)), "1"),
                new Planner(Jobs.KEYS, new FixedVersions(), new AllOrNothing(fresh), CLOCK),
                new FreshnessPolicy(Duration.ofHours(24), Duration.ofDays(7), Duration.ofHours(1), Map.of()),
                queue,
                new SqliteCheckpoints(database),
                new TimeOrderedIds(CLOCK, new Random()),
                CLOCK);

        long start = System.nanoTime();
        PlanReport report = runner.run("benchmark", Deadline.in(Duration.ofHours(1), CLOCK));
        print("planned " + report.counts(), rows, start);
        if (args.length > 2) {
            drain(queue, rows);
        }
        database.close();
    }

    private static void drain(JobQueue queue, int rows) throws InterruptedException {
        long start = System.nanoTime();
        for (List<Claim> claims = claim(queue); !claims.isEmpty(); claims = claim(queue)) {
            claims.forEach(queue::complete);
        }
        print("claimed and completed", rows, start);
        if (queue.status().depth() != 0) {
            throw new IllegalStateException("jobs are left: " + queue.status());
        }
    }

    private static List<Claim> claim(JobQueue queue) throws InterruptedException {
        return queue.claim(EnumSet.allOf(Lane.class), 5, Duration.ZERO);
    }

    private static void print(String what, int rows, long start) {
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "%s: %.1f s, %.0f rows/s%n", what, seconds, rows / seconds);
    }

    private static void write(Path catalogue, int rows) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(catalogue)) {
            out.write("title,author.name,price\n");
            for (int i = 0; i < rows; i++) {
                out.write(
                        "\"Product number " + i + ", with a title of usual length\",Ada Lovelace," + i % 997 + ".50\n");
            }
        }
    }

    private static PregenerationConfig config(Path catalogue) {
        String prefix = "afterimage.pregeneration.catalogues.benchmark.";
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(PregenerationConfig.class)
                .withSources(new PropertiesConfigSource(
                        Map.of(prefix + "source", catalogue.toString(), prefix + "template", "card"), "benchmark", 100))
                .build()
                .getConfigMapping(PregenerationConfig.class);
    }

    /** Knows every image, or none. */
    private record AllOrNothing(boolean fresh) implements ImageIndex {

        @Override
        public CompletionStage<Optional<IndexEntry>> find(ImageKey key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Map<ImageKey, IndexEntry>> findAll(List<ImageKey> keys) {
            Map<ImageKey, IndexEntry> entries = new HashMap<>();
            if (fresh) {
                Instant until = Instant.MAX;
                keys.forEach(
                        key -> entries.put(key, new IndexEntry(key, ImageFormat.PNG, 1, Instant.EPOCH, until, until)));
            }
            return CompletableFuture.completedFuture(entries);
        }

        @Override
        public CompletionStage<Void> put(IndexEntry entry) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> remove(ImageKey key) {
            throw new UnsupportedOperationException();
        }
    }
}
