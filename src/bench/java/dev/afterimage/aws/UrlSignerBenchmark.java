package dev.afterimage.aws;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.delivery.BaseUrl;
import dev.afterimage.delivery.ExpiryWindow;
import dev.afterimage.delivery.MemoisedSigner;
import dev.afterimage.delivery.SigningKey;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.testing.Keys;
import dev.afterimage.testing.TestImages;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A signed URL of one of 1,000 images, made each time (RSA-2048) or once a window. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class UrlSignerBenchmark {

    private static final Clock CLOCK = Clock.systemUTC();
    private static final IndexEntry[] IMAGES = IntStream.range(0, 1000)
            .mapToObj(number -> TestImages.entry(TestImages.key(number), CLOCK.instant(), 64))
            .toArray(IndexEntry[]::new);

    private final ExpiryWindow window = new ExpiryWindow(Duration.ofHours(1), CLOCK);
    private final SigningKey key = new SigningKey("K1", Keys.FIRST.getPrivate());
    private final UrlSigner signer =
            new CloudFrontSigner(BaseUrl.of(Optional.of(URI.create("https://img.example.com"))), () -> key, window);
    private final UrlSigner memoised = new MemoisedSigner(signer, window, 10_000);
    private int turn;

    @Benchmark
    public SignedUrl sign() {
        return signer.sign(next());
    }

    @Benchmark
    public SignedUrl memoised() {
        return memoised.sign(next());
    }

    private IndexEntry next() {
        turn = (turn + 1) % IMAGES.length;
        return IMAGES[turn];
    }
}
