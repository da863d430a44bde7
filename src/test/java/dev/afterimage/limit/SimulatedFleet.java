package dev.afterimage.limit;

import static dev.afterimage.limit.Purchase.DEFAULT_ACCOUNT;
import static dev.afterimage.testing.Limiters.ONE;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.testing.Limiters;
import dev.afterimage.testing.Purchases;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Many clients of one limiter in simulated time, each of which comes late or early, calls for a while, gives up, dies, or
 * starts a cool-down, as {@link Temper} says. Time jumps from one event to the next, so that minutes take milliseconds.
 */
public final class SimulatedFleet {

    /**
     * What the clients are like.
     *
     * @param patience how long they wait for a start
     * @param early how much before its start a holder goes to depart, at most
     * @param late how much after it, at most
     * @param heldUp how much later than its stamp a call leaves, at most; its stamp is then moved
     * @param callTime how long a call lasts, at most
     * @param givesUp the share of permits that are released without departing
     * @param dies the share of permits that are neither departed nor released, and of calls that never end
     * @param coolsDown the share of calls after which the provider asks for a pause
     */
    public record Temper(
            Duration patience,
            Duration early,
            Duration late,
            Duration heldUp,
            Duration callTime,
            double givesUp,
            double dies,
            double coolsDown) {

        public static Temper punctual(Duration patience) {
            return new Temper(
                    patience,
                    Duration.ofMillis(10),
                    Duration.ofMillis(3),
                    Duration.ZERO,
                    Duration.ofMillis(300),
                    0,
                    0,
                    0);
        }
    }

    private record Event(long at, long order, Runnable happens) {}

    /** A process's access to the fleet's limiter. */
    public record Parts(ProviderLimiter limiter, Receipts receipts) {}

    /** The memory limiter in this time, in nanoseconds. */
    public static Parts memory(Limits limits, LongSupplier nanoTime) {
        InstantSource clock = () -> Instant.EPOCH.plusNanos(nanoTime.getAsLong());
        MemoryLimiter limiter = new MemoryLimiter(
                AccountLimits.of(limits),
                Limiters.RULES,
                nanoTime,
                clock.withZone(ZoneOffset.UTC),
                ReceiptStorage.NONE);
        return new Parts(limiter, limiter);
    }

    public final DepartureLog all = new DepartureLog();
    public final DepartureLog bulk = new DepartureLog();
    public int mostInFlight;
    public int mostBulkInFlight;
    int lapsed;

    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.at() != b.at() ? Long.compare(a.at(), b.at()) : Long.compare(a.order(), b.order()));
    private final Temper temper;
    private final Random random;
    private final Parts parts;
    private final long end;
    private long now;
    private long order;
    private int inFlight;
    private int bulkInFlight;

    /**
     * A fleet without clients.
     *
     * @param limiter makes the limiter, which reads the simulated time in nanoseconds
     */
    public SimulatedFleet(Function<LongSupplier, Parts> limiter, Temper temper, Duration length, long seed) {
        this.temper = temper;
        random = new Random(seed);
        end = length.toNanos();
        parts = limiter.apply(() -> now);
    }

    /** Adds clients that ask for one call after the other to the end. */
    public SimulatedFleet withClients(int count, Lane lane) {
        for (int client = 0; client < count; client++) {
            at(random.nextInt(1_000_000), () -> new Client(lane).ask());
        }
        return this;
    }

    public SimulatedFleet run() {
        for (Event next = events.poll(); next != null && next.at() <= end; next = events.poll()) {
            now = next.at();
            next.happens().run();
        }
        return this;
    }

    /** Asks for one call after the other. */
    private final class Client {

        private final ProviderLimiter limiter = parts.limiter();
        private final Receipts receipts = parts.receipts();
        private final Lane lane;

        Client(Lane lane) {
            this.lane = lane;
        }

        void ask() {
            switch (limiter.acquire(ONE, lane, temper.patience())) {
                case Granted granted -> in(punctuality(granted), () -> hold(granted));
                case Denied denied -> in(denied.retryAfter().toNanos(), this::ask);
                case Permit other -> throw new IllegalStateException(other.toString());
            }
        }

        private long punctuality(Granted granted) {
            long start = granted.startsIn().toNanos();
            return Math.max(0, start - upTo(temper.early())) + upTo(temper.late());
        }

        private void hold(Granted granted) {
            if (random.nextDouble() < temper.dies()) {
                in(Duration.ofSeconds(5).toNanos(), this::ask);
                return;
            }
            if (random.nextDouble() < temper.givesUp()) {
                limiter.release(granted);
                ask();
                return;
            }
            depart(granted);
        }

        private void depart(Granted granted) {
            departed(limiter.depart(granted, Purchases.next()), granted);
        }

        private void departed(Permit answer, Granted granted) {
            switch (answer) {
                case Departed stamped -> leaveIn(stamped.startsIn().toNanos(), stamped);
                case Denied denied
                when denied.reason() == Permit.Reason.RATE ->
                    in(denied.retryAfter().toNanos(), () -> hold(granted));
                case Denied denied -> {
                    lapsed++;
                    limiter.release(granted);
                    in(denied.retryAfter().toNanos(), this::ask);
                }
                case Permit other -> throw new IllegalStateException(other.toString());
            }
        }

        private void leaveIn(long wait, Departed stamped) {
            long heldUp = upTo(temper.heldUp());
            in(wait + heldUp, () -> {
                leave(stamped);
                if (heldUp > 0) {
                    limiter.restamp(stamped);
                }
            });
        }

        private void leave(Departed call) {
            all.add(now);
            inFlight++;
            mostInFlight = Math.max(mostInFlight, inFlight);
            if (lane == Lane.BULK) {
                bulk.add(now);
                bulkInFlight++;
                mostBulkInFlight = Math.max(mostBulkInFlight, bulkInFlight);
            }
            in(upTo(temper.callTime()), () -> end(call));
        }

        private void end(Departed call) {
            inFlight--;
            if (lane == Lane.BULK) {
                bulkInFlight--;
            }
            if (random.nextDouble() < temper.coolsDown()) {
                Duration pause = Duration.ofNanos(upTo(Duration.ofSeconds(3)));
                limiter.coolDown(DEFAULT_ACCOUNT, pause);
            }
            if (random.nextDouble() >= temper.dies()) {
                receipts.settle(call, new CallOutcome.NotBilled());
            }
            ask();
        }

        private void in(long nanos, Runnable happens) {
            at(now + nanos, happens);
        }
    }

    private long upTo(Duration most) {
        return most.isZero() ? 0 : (long) (random.nextDouble() * most.toNanos());
    }

    private void at(long time, Runnable happens) {
        events.add(new Event(time, order++, happens));
    }
}
