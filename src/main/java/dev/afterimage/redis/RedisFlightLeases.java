package dev.afterimage.redis;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.limit.Lane;
import dev.afterimage.redis.RedisLink.RedisUnavailableException;
import dev.afterimage.singleflight.FlightLeases;
import dev.afterimage.singleflight.FlightLeases.Lease;
import dev.afterimage.singleflight.FlightLeases.WaitingPlace;
import dev.afterimage.time.Deadline;
import dev.afterimage.time.Pause;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The leases of a fleet: a key with a time to live, whose value is the holder's token.
 *
 * <p>A follower polls: first after 20 to 30 ms, then a little more rarely each time, down to about 10 times a second. A
 * subscription would report the end sooner, but needs a connection of its own in every process and is silent when it
 * breaks. Polling is cheap, because each process has one follower for each key.
 */
public final class RedisFlightLeases implements FlightLeases {

    private static final Duration FIRST_POLL = Duration.ofMillis(20);
    private static final Duration LONGEST_POLL_INTERVAL = Duration.ofMillis(80);
    private static final double GROWTH = 1.25;

    private static final String UNAVAILABLE = "The fleet's leases cannot be reached.";
    private static final RedisScript RENEW = RedisScript.named("lease-renew");
    private static final RedisScript FOLLOW = RedisScript.named("lease-follow");
    private static final RedisScript RELEASE = RedisScript.named("lease-release");

    private final RedisLink link;
    private final String prefix;
    private final Duration ttl;
    private final Supplier<String> tokens;
    private final Clock clock;
    private final Pause pause;
    private final RandomGenerator random;

    /**
     * The leases of all processes with this prefix.
     *
     * @param ttl how long a lease lasts unless it is renewed; its holder renews it about every third of that
     * @param tokens random words, no two alike
     */
    public RedisFlightLeases(
            RedisLink link,
            RedisConfig config,
            Duration ttl,
            Supplier<String> tokens,
            Clock clock,
            Pause pause,
            RandomGenerator random) {
        this.link = link;
        this.prefix = config.prefix() + ":lease:";
        this.ttl = ttl;
        this.tokens = tokens;
        this.clock = clock;
        this.pause = pause;
        this.random = random;
    }

    /**
     * Tries a second time when an answer is overdue or lost, so that a short pause of this process does no harm. The
     * first command may have been carried out; the second one then finds the lease held by its own token, and takes it.
     */
    @Override
    public Optional<Lease> take(ImageKey key, Lane lane) {
        if (lane == Lane.BULK && isHeld(key, Lane.INTERACTIVE)) {
            return Optional.empty();
        }
        Lease lease = new Lease(key, lane, tokens.get(), ttl);
        try {
            return renew(lease) ? Optional.of(lease) : Optional.empty();
        } catch (FleetUnavailableException overdue) {
            return renew(lease) ? Optional.of(lease) : Optional.empty();
        }
    }

    @Override
    public boolean renew(Lease lease) {
        return run(RENEW, nameOf(lease), List.of(lease.token(), Long.toString(ttl.toMillis()))) == 1;
    }

    @Override
    public void release(Lease lease) {
        run(RELEASE, nameOf(lease), List.of(lease.token()));
    }

    @Override
    public Optional<WaitingPlace> takePlace(ImageKey key, Duration patience, int most) {
        WaitingPlace place = new WaitingPlace(key, tokens.get());
        List<String> arguments = List.of(place.token(), Long.toString(patience.toMillis()), Integer.toString(most));
        return run(FOLLOW, placesOf(key), arguments) == 1 ? Optional.of(place) : Optional.empty();
    }

    @Override
    public void leave(WaitingPlace place) {
        var unused = call(Request.cmd(Command.ZREM).arg(placesOf(place.key())).arg(place.token()));
    }

    private String placesOf(ImageKey key) {
        return prefix + "places:" + key.value();
    }

    @Override
    public boolean isHeld(ImageKey key, Lane lane) {
        return isHeld(nameOf(key, Lane.INTERACTIVE)) || (lane == Lane.BULK && isHeld(nameOf(key, Lane.BULK)));
    }

    private boolean isHeld(String name) {
        return call(Request.cmd(Command.GET).arg(name)) != null;
    }

    @Override
    public void awaitEnd(ImageKey key, Lane lane, Duration patience) throws InterruptedException {
        Deadline end = Deadline.in(patience, clock);
        Duration step = FIRST_POLL;
        while (isHeld(key, lane)) {
            Duration left = end.remaining(clock);
            if (left.isZero()) {
                return;
            }
            Duration wait = withJitter(step);
            pause.await(wait.compareTo(left) < 0 ? wait : left);
            step = longer(step);
        }
    }

    /** The wait, lengthened at random by up to a half, so that followers don't poll all at once. */
    private Duration withJitter(Duration step) {
        return step.plusNanos((long) (step.toNanos() * 0.5 * random.nextDouble()));
    }

    private static Duration longer(Duration step) {
        Duration next = Duration.ofNanos((long) (step.toNanos() * GROWTH));
        return next.compareTo(LONGEST_POLL_INTERVAL) > 0 ? LONGEST_POLL_INTERVAL : next;
    }

    private String nameOf(Lease lease) {
        return nameOf(lease.key(), lease.lane());
    }

    private String nameOf(ImageKey key, Lane lane) {
        return switch (lane) {
            case INTERACTIVE -> prefix + key.value();
            case BULK -> prefix + "bulk:" + key.value();
        };
    }

    private @Nullable Response call(Request request) {
        return RedisUnavailableException.forFleet(UNAVAILABLE, () -> link.call(request));
    }

    private long run(RedisScript script, String name, List<String> arguments) {
        return RedisUnavailableException.forFleet(
                UNAVAILABLE, () -> script.call(link, List.of(name), arguments).number());
    }
}
