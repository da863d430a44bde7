package dev.afterimage.aws;

import static dev.afterimage.testing.TestImages.content;
import static dev.afterimage.testing.TestImages.entry;
import static dev.afterimage.testing.TestImages.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.IndexEntry;
import dev.afterimage.image.ImageKey;
import dev.afterimage.testing.FaultProxy;
import dev.afterimage.testing.MemoryImageIndex;
import dev.afterimage.testing.MutableClock;
import dev.afterimage.testing.S3Server;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/** Against a server with S3's protocol. A check runs when the test lets it. */
class StoredImagesIndexTest {

    private static final Instant NOON = Instant.parse("2026-11-05T12:00:00Z");
    private static final ImageKey KEY = key(1);
    private static final ClientLimits LIMITS = new ClientLimits(Duration.ofSeconds(10), Duration.ofSeconds(20), 2);

    @AutoClose
    private static final S3Server server = S3Server.start();

    @AutoClose
    private FaultProxy proxy;

    @AutoClose
    private S3Client s3;

    private final MutableClock clock = new MutableClock(NOON);
    private final MemoryImageIndex known = new MemoryImageIndex();
    private final Queue<Runnable> checks = new ArrayDeque<>();
    private S3ImageStore store;
    private ImageIndex index;

    @BeforeEach
    void storeAnImage() throws IOException {
        proxy = FaultProxy.before("127.0.0.1", server.port());
        s3 = LIMITS.limitS3(S3Server.clientOf(proxy.http())).build();
        store = new S3ImageStore(new S3Bucket(s3, S3Server.BUCKET, "", true, Optional.empty()));
        index = new StoredImagesIndex(known, store, clock::nanoTime, checks::add);
        IndexEntry entry = store.put(entry(KEY, NOON, 9), content(KEY, NOON, 9));
        known.put(entry).toCompletableFuture().join();
    }

    @Test
    void entryWhoseImageIsGoneIsRemovedBehindTheAnswer() {
        store.delete(KEY);

        assertThat(find()).isPresent();
        checks.remove().run();
        assertThat(find()).isEmpty();
    }

    @Test
    void anImageThatIsThereIsCheckedOnceAnHour() {
        assertThat(find()).isPresent();
        checks.remove().run();
        clock.advance(Duration.ofMinutes(59));
        assertThat(find()).isPresent();
        assertThat(checks).isEmpty();

        clock.advance(Duration.ofMinutes(1));
        assertThat(find()).isPresent();
        assertThat(checks).hasSize(1);
    }

    @Test
    void anImageThatThisProcessHasStoredIsNotCheckedForAnHour() {
        index.put(entry(KEY, NOON, 9));

        assertThat(find()).isPresent();
        assertThat(checks).isEmpty();
    }

    @Test
    void whileS3CannotBeReachedTheEntryStaysAndIsCheckedNextTime() {
        proxy.cut();
        assertThat(find()).isPresent();
        checks.remove().run();

        assertThat(find()).isPresent();
        assertThat(checks).hasSize(1);
    }

    @Test
    void onlySomeChecksRunAtOnce() {
        for (int other = 1; other <= 10; other++) {
            known.put(entry(key(other), NOON, 9)).toCompletableFuture().join();
            index.find(key(other)).toCompletableFuture().join();
        }
        assertThat(checks).hasSize(4);
        checks.forEach(Runnable::run);

        index.find(key(10)).toCompletableFuture().join();
        assertThat(checks).hasSize(5);
    }

    private Optional<IndexEntry> find() {
        return index.find(KEY).toCompletableFuture().join();
    }
}
