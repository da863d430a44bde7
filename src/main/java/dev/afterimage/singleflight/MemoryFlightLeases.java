package dev.afterimage.singleflight;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Lane;
import dev.afterimage.singleflight.FlightLeases.Lease;
import dev.afterimage.singleflight.FlightLeases.WaitingPlace;
import dev.afterimage.time.Pause;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The leases of a fleet of one process. */
public final class MemoryFlightLeases implements FlightLeases {

    private record Name(ImageKey key, Lane lane) {}

    /** A lease that was taken, and when it ends, as a reading of {@code nanoTime}. */
    private record Held(Lease lease, long expiry, CountDownLatch ended) {}

    private final ConcurrentMap<Name, Held> held = new ConcurrentHashMap<>();
    /** When each place ends, as a reading of {@code nanoTime}. */
    private final ConcurrentMap<ImageKey, Map<WaitingPlace, Long>> places = new ConcurrentHashMap<>();

    private final AtomicLong sequence = new AtomicLong();
    private final Duration ttl;
    private final LongSupplier nanoTime;
    private final Pause pause;

    /**
     * No lease is held at first.
     *
     * @param ttl how long a lease lasts unless renewed
     * @param nanoTime a monotonic clock, such as {@link System#nanoTime}
     */
    public MemoryFlightLeases(Duration ttl, LongSupplier nanoTime, Pause pause) {
        this.ttl = ttl;
        this.nanoTime = nanoTime;
        this.pause = pause;
    }

    @Override
    public Optional<Lease> take(ImageKey key, Lane lane) {
        if (lane == Lane.BULK && unexpired(key, Lane.INTERACTIVE).isPresent()) {
            return Optional.empty();
        }
        Lease lease = new Lease(key, lane, Long.toString(sequence.incrementAndGet()), ttl);
        return takeOrRenew(lease) ? Optional.of(lease) : Optional.empty();
    }

    @Override
    public boolean renew(Lease lease) {
        return takeOrRenew(lease);
    }

    /** Takes or renews the lease unless another one is held; says whether this one is held now. */
    private boolean takeOrRenew(Lease lease) {
        Held current = held.compute(new Name(lease.key(), lease.lane()), (name, other) -> {
            boolean own = other != null && other.lease().equals(lease);
            if (other != null && !own && nanosLeft(other) > 0) {
                return other;
            }
            return new Held(lease, nanoTime.getAsLong() + ttl.toNanos(), own ? other.ended() : new CountDownLatch(1));
        });
        return current.lease().equals(lease);
    }

    @Override
    public void release(Lease lease) {
        held.computeIfPresent(new Name(lease.key(), lease.lane()), (name, mine) -> {
            if (!mine.lease().equals(lease)) {
                return mine;
            }
            mine.ended().countDown();
            return null;
        });
    }

    @Override
    public Optional<WaitingPlace> takePlace(ImageKey key, Duration patience, int most) {
        WaitingPlace place = new WaitingPlace(key, Long.toString(sequence.incrementAndGet()));
        long now = nanoTime.getAsLong();
        Map<WaitingPlace, Long> taken = places.compute(key, (same, others) -> {
            Map<WaitingPlace, Long> unexpired = new HashMap<>(others == null ? Map.of() : others);
            unexpired.values().removeIf(end -> end - now <= 0);
            if (unexpired.size() < most) {
                unexpired.put(place, now + patience.toNanos());
            }
            return unexpired.isEmpty() ? null : unexpired;
        });
        return taken != null && taken.containsKey(place) ? Optional.of(place) : Optional.empty();
    }

    @Override
    public void leave(WaitingPlace place) {
        places.computeIfPresent(place.key(), (key, taken) -> {
            Map<WaitingPlace, Long> others = new HashMap<>(taken);
            others.remove(place);
            return others.isEmpty() ? null : others;
        });
    }

    @Override
    public boolean isHeld(ImageKey key, Lane lane) {
        return leader(key, lane).isPresent();
    }

    @Override
    public void awaitEnd(ImageKey key, Lane lane, Duration patience) throws InterruptedException {
        Optional<Held> leader = leader(key, lane);
        if (leader.isPresent()) {
            long wait = Math.min(TimeUnit.NANOSECONDS.convert(patience), nanosLeft(leader.get()));
            boolean unused = pause.await(leader.get().ended(), Duration.ofNanos(wait));
        }
    }

    private Optional<Held> leader(ImageKey key, Lane lane) {
        Optional<Held> interactive = unexpired(key, Lane.INTERACTIVE);
        return lane == Lane.INTERACTIVE || interactive.isPresent() ? interactive : unexpired(key, Lane.BULK);
    }

    private Optional<Held> unexpired(ImageKey key, Lane lane) {
        return Optional.ofNullable(held.get(new Name(key, lane))).filter(lease -> nanosLeft(lease) > 0);
    }

    private long nanosLeft(Held lease) {
        return lease.expiry() - nanoTime.getAsLong();
    }
}
