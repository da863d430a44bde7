package dev.afterimage.singleflight;

import dev.afterimage.image.ImageKey;
import dev.afterimage.time.Pause;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The leases of one process that is the whole fleet. */
public final class MemoryFlightLeases implements FlightLeases {

    private record Held(Lease lease, long expiry, CountDownLatch ended) {}

    private final ConcurrentMap<ImageKey, Held> held = new ConcurrentHashMap<>();
    private final AtomicLong sequence = new AtomicLong();
    private final Duration ttl;
    private final LongSupplier nanoTime;
    private final Pause pause;

    /**
     * With no lease held.
     *
     * @param ttl how long a lease lasts unless renewed
     * @param nanoTime a time that never goes back, such as {@link System#nanoTime}
     */
    public MemoryFlightLeases(Duration ttl, LongSupplier nanoTime, Pause pause) {
        this.ttl = ttl;
        this.nanoTime = nanoTime;
        this.pause = pause;
    }

    @Override
    public Optional<Lease> take(ImageKey key) {
        Lease lease = new Lease(key, Long.toString(sequence.incrementAndGet()), ttl);
        Held mine = new Held(lease, nanoTime.getAsLong() + ttl.toNanos(), new CountDownLatch(1));
        Held standing = held.compute(key, (same, other) -> other == null || left(other) <= 0 ? mine : other);
        return standing.lease().equals(lease) ? Optional.of(lease) : Optional.empty();
    }

    @Override
    public boolean renew(Lease lease) {
        Held standing = held.computeIfPresent(
                lease.key(),
                (key, mine) -> isHeldBy(lease, mine)
                        ? new Held(lease, nanoTime.getAsLong() + ttl.toNanos(), mine.ended())
                        : mine);
        return standing != null && isHeldBy(lease, standing);
    }

    @Override
    public boolean reclaim(Lease lease) {
        Held standing = held.compute(lease.key(), (key, other) -> {
            CountDownLatch ended = other != null && other.lease().equals(lease) ? other.ended() : new CountDownLatch(1);
            return other == null || left(other) <= 0 || isHeldBy(lease, other)
                    ? new Held(lease, nanoTime.getAsLong() + ttl.toNanos(), ended)
                    : other;
        });
        return standing.lease().equals(lease);
    }

    @Override
    public void release(Lease lease) {
        held.computeIfPresent(lease.key(), (key, mine) -> {
            if (!mine.lease().equals(lease)) {
                return mine;
            }
            mine.ended().countDown();
            return null;
        });
    }

    @Override
    public boolean isHeld(ImageKey key) {
        Held standing = held.get(key);
        return standing != null && left(standing) > 0;
    }

    @Override
    public void awaitEnd(ImageKey key, Duration patience) throws InterruptedException {
        Held standing = held.get(key);
        if (standing == null) {
            return;
        }
        long wait = Math.min(TimeUnit.NANOSECONDS.convert(patience), left(standing));
        boolean released = pause.await(standing.ended(), Duration.ofNanos(wait));
        if (!released && left(standing) <= 0) {
            held.remove(key, standing);
        }
    }

    private boolean isHeldBy(Lease lease, Held standing) {
        return standing.lease().equals(lease) && left(standing) > 0;
    }

    private long left(Held standing) {
        return standing.expiry() - nanoTime.getAsLong();
    }
}
