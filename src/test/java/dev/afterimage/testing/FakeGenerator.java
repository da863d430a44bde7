package dev.afterimage.testing;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A provider with prepared answers that counts its calls and can be held. */
public final class FakeGenerator implements ImageGenerator {

    private final AtomicInteger calls = new AtomicInteger();
    private final Queue<Supplier<GeneratedImage>> answers = new ArrayDeque<>();
    private final Queue<RuntimeException> refusals = new ConcurrentLinkedQueue<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile CountDownLatch reached = new CountDownLatch(1);

    public static GeneratedImage image() {
        return new GeneratedImage(new byte[] {1, 2, 3}, ImageFormat.PNG);
    }

    /** The next call fails with this. */
    public synchronized FakeGenerator failsWith(RuntimeException failure) {
        answers.add(() -> {
            throw failure;
        });
        return this;
    }

    /** The next call fails with this before it has left. */
    public FakeGenerator doesNotLeave(RuntimeException failure) {
        refusals.add(failure);
        return this;
    }

    /** The next call succeeds. */
    public synchronized FakeGenerator succeeds() {
        answers.add(FakeGenerator::image);
        return this;
    }

    /** The next call brings this image. */
    public synchronized FakeGenerator brings(GeneratedImage image) {
        answers.add(() -> image);
        return this;
    }

    /** Calls wait until {@link #letGo}. */
    public FakeGenerator held() {
        gate = new CountDownLatch(1);
        reached = new CountDownLatch(1);
        return this;
    }

    public void letGo() {
        gate.countDown();
    }

    /** Returns when a call has arrived, since {@link #held} was called last. */
    public void awaitCall() throws InterruptedException {
        reached.await();
    }

    public int calls() {
        return calls.get();
    }

    @Override
    public GeneratedImage generate(ImageRequest request, Attempt attempt) {
        RuntimeException refusal = refusals.poll();
        if (refusal == null) {
            attempt.departure().now();
        }
        calls.incrementAndGet();
        reached.countDown();
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (refusal != null) {
            throw refusal;
        }
        return next().get();
    }

    private synchronized Supplier<GeneratedImage> next() {
        Supplier<GeneratedImage> answer = answers.poll();
        return answer == null ? FakeGenerator::image : answer;
    }
}
