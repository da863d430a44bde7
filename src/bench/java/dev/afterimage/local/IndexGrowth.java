package dev.afterimage.local;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What so many entries cost the local index: filling it, opening it, looking entries up (each of them one at random, none in a
 * near cache), and the memory of the process.
 *
 * <pre>./mvnw -q -Pbench test-compile exec:exec -Dmain=dev.afterimage.local.IndexGrowth -Djmh=1000000</pre>
 */
public final class IndexGrowth {

    private static final int LOOKUPS = 200_000;
    private static final int AT_ONCE = 1000;

    private IndexGrowth() {}

    public static void main(String[] args) throws Exception {
        int entries = Integer.parseInt(args[0]);
        Path folder = Files.createTempDirectory("afterimage-benchmark");
        try (Database database = new Database(folder, false)) {
            fill(new SqliteIndex(database), entries);
        }
        long start = System.nanoTime();
        try (Database database = new Database(folder, false)) {
            print("open", 1, start);
            lookUp(new SqliteIndex(database), entries);
        }
        System.out.printf(
                Locale.ROOT,
                "database %d MB, process %s%n",
                Files.size(folder.resolve("afterimage.db")) >> 20,
                residentMemory());
    }

    static void fill(ImageIndex index, int entries) {
        long start = System.nanoTime();
        List<CompletableFuture<Void>> puts = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            puts.add(index.put(entry(i)).toCompletableFuture());
            if (puts.size() == AT_ONCE) {
                puts.forEach(CompletableFuture::join);
                puts.clear();
            }
        }
        puts.forEach(CompletableFuture::join);
        print("fill", entries, start);
    }

    static void lookUp(ImageIndex index, int entries) throws Exception {
        for (int askers : new int[] {1, 16, 1, 16}) {
            long start = System.nanoTime();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < askers; i++) {
                    Random random = new Random(i);
                    all.add(threads.submit(() -> {
                        for (int n = 0; n < LOOKUPS / askers; n++) {
                            ImageKey key = key(random.nextInt(entries));
                            var unused =
                                    index.find(key).toCompletableFuture().join().orElseThrow();
                        }
                    }));
                }
                for (Future<?> one : all) {
                    one.get();
                }
            }
            print("look up, " + askers + " at once", LOOKUPS, start);
        }
    }

    static String residentMemory() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .findFirst()
                .orElse("unknown");
    }

    private static IndexEntry entry(int number) {
        Instant now = Instant.parse("2026-11-05T12:00:00Z");
        return new IndexEntry(
                key(number), ImageFormat.PNG, 48_213, now, now.plusSeconds(86_400), now.plusSeconds(691_200));
    }

    /** Spread like a hash. */
    private static ImageKey key(int number) {
        Random random = new Random(number);
        return new ImageKey("%016x%016x%016x%016x"
                .formatted(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong()));
    }

    static void print(String what, int count, long start) {
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "%s: %.2f s, %.0f a second%n", what, seconds, count / seconds);
    }
}
