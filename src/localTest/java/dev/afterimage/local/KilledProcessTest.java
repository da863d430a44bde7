package dev.afterimage.local;

import static dev.afterimage.local.DirectoryListing.filesIn;
import static dev.afterimage.testing.TestImages.content;
import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.store.ImageStore.StoredImage;
import dev.afterimage.testing.JavaProcess;
import dev.afterimage.testing.MutableClock;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found when processes that write images are killed, and when several write at once. */
class KilledProcessTest {

    private static final Instant START = Instant.parse("2026-11-05T12:00:00Z");
    private static final int KEYS = 7;

    @TempDir
    Path root;

    private final MutableClock clock = new MutableClock(Clock.systemUTC().instant());
    private final Map<ImageKey, Integer> promised = new HashMap<>();

    /** Kills in the middle of a write, again and again over the same images. */
    @Test
    void everyImageIsWholeAndEveryConfirmedOneIsThere() throws InterruptedException {
        for (int round = 0; round < 4; round++) {
            int first = round * 10_000;
            try (JavaProcess writer = JavaProcess.start(Writer.class, root, first, 1, false)) {
                for (int lines = 0; lines < 8 + 3 * round; lines++) {
                    int written = Integer.parseInt(writer.nextLine());
                    promised.merge(keyOf(written), written, Math::max);
                }
                writer.kill();
            }
            assertEverythingIsWhole();
        }
        assertLeftoversAreRemovedInTime();
    }

    @Test
    void ofSeveralProcessesTheLatestImageIsKept() throws InterruptedException {
        // Made by one: SQLite lets nobody wait while a new file is put into WAL mode.
        try (Database made = new Database(root, false)) {
            made.read(session -> session.number("SELECT count(*) FROM image")).join();
        }
        List<JavaProcess> writers = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                writers.add(JavaProcess.start(Writer.class, root, i, 3, true));
            }
            for (int lines = 0; lines < 15; lines++) {
                for (JavaProcess writer : writers) {
                    int written = Integer.parseInt(writer.nextLine());
                    promised.merge(keyOf(written), written, Math::max);
                }
            }
        } finally {
            for (JavaProcess writer : writers) {
                writer.kill();
            }
        }
        assertEverythingIsWhole();
    }

    private void assertEverythingIsWhole() {
        FileImageStore store = new FileImageStore(directory());
        List<ImageKey> stored = filesIn(root.resolve("images")).stream()
                .map(file -> new ImageKey(file.getFileName().toString()))
                .toList();

        assertThat(stored).containsAll(promised.keySet());
        for (ImageKey key : stored) {
            StoredImage image = store.read(key).orElseThrow();
            Instant createdAt = image.entry().createdAt();
            assertThat(image.content()).isEqualTo(imageOf(key, createdAt));
            assertThat(createdAt).isAfterOrEqualTo(START.plusMillis(promised.getOrDefault(key, 0)));
        }
        try (Database database = new Database(root, false)) {
            SqliteIndex index = new SqliteIndex(database);
            List<ImageKey> indexed = database.read(session ->
                            session.list("SELECT lower(hex(key)) FROM image", row -> new ImageKey(row.getString(1))))
                    .join();
            assertThat(indexed).containsAll(promised.keySet());
            for (ImageKey key : indexed) {
                IndexEntry found = index.find(key).join().orElseThrow();
                assertThat(found).isEqualTo(entry(key, found.createdAt(), imageOf(key, found.createdAt()).length));
            }
        }
    }

    private void assertLeftoversAreRemovedInTime() {
        clock.advance(Duration.ofHours(2));
        FileImageStore restarted = new FileImageStore(directory());
        ImageKey another = key(KEYS + 1);

        restarted.put(entry(another, START, 1), new byte[1]);

        assertThat(filesIn(root.resolve("tmp"))).isEmpty();
    }

    private DataDirectory directory() {
        return new DataDirectory(root, clock);
    }

    private static ImageKey keyOf(int number) {
        return key(number % KEYS);
    }

    private static byte[] imageOf(ImageKey key, Instant createdAt) {
        int bytes = 100_000 + (int) (createdAt.toEpochMilli() * 7_919 % 900_000);
        return content(key, createdAt, bytes);
    }

    /** A process that writes ever later images and their entries, and prints the number of each that it has written. */
    static final class Writer {

        public static void main(String[] args) {
            DataDirectory directory = new DataDirectory(Path.of(args[0]), Clock.systemUTC());
            FileImageStore store = new FileImageStore(directory);
            SqliteIndex index = new SqliteIndex(new Database(Path.of(args[0]), Boolean.parseBoolean(args[3])));
            int step = Integer.parseInt(args[2]);
            Stream.iterate(Integer.parseInt(args[1]), number -> number + step).forEach(number -> {
                ImageKey key = keyOf(number);
                Instant createdAt = START.plusMillis(number);
                byte[] image = imageOf(key, createdAt);
                index.put(store.put(entry(key, createdAt, image.length), image)).join();
                System.out.println(number);
            });
        }
    }
}
