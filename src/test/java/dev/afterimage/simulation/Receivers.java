package dev.afterimage.simulation;

import dev.afterimage.jobs.Callbacks;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** The receivers of callbacks: sometimes they cannot be reached or answer with an error, and some accept none at all. */
final class Receivers {

    /**
     * A callback that arrived.
     *
     * @param at when it arrived: the simulation's time, in nanoseconds
     * @param made when its process wrote the body, by the process' own clock
     */
    record Told(String body, long at, Instant made) {}

    /** A callback URL, which expects one callback. */
    static final class Receiver {
        final URI address;
        final List<Told> told = new ArrayList<>();
        private final boolean takesNothing;
        /** When it accepted the callback first, in nanoseconds; the greatest long if it never did. */
        private long tookAt = Long.MAX_VALUE;

        private Receiver(URI address, boolean takesNothing) {
            this.address = address;
            this.takesNothing = takesNothing;
        }

        boolean tookOneBy(long time) {
            return tookAt <= time;
        }

        boolean tookOne() {
            return tookAt != Long.MAX_VALUE;
        }

        boolean takesNothing() {
            return takesNothing;
        }
    }

    private final Simulation world;
    private final Random chance;
    private final Map<URI, Receiver> receivers = new LinkedHashMap<>();

    Receivers(Simulation world, Random chance) {
        this.world = world;
        this.chance = chance;
    }

    Receiver open() {
        URI address = URI.create("https://receiver.example/" + receivers.size());
        Receiver receiver = new Receiver(address, chance.nextInt(10) == 0);
        receivers.put(address, receiver);
        return receiver;
    }

    /** The transport by which one process reaches the receivers. */
    Callbacks.Transport transport(SimulatedMachine machine) {
        return new Callbacks.Transport() {
            @Override
            public void check(URI url) {
                // Each has a public address.
            }

            @Override
            public int post(URI url, Map<String, String> headers, String body) throws IOException {
                Instant made = machine.machine().clock().instant();
                machine.travel(Duration.ofMillis(1 + chance.nextInt(50)));
                Receiver receiver = Objects.requireNonNull(receivers.get(url), "a callback to nobody");
                double luck = chance.nextDouble();
                if (luck < 0.1) {
                    throw new IOException("simulated");
                }
                world.tell("%s is called back: %s", url, body);
                receiver.told.add(new Told(body, world.now(), made));
                machine.travel(Duration.ofMillis(1 + chance.nextInt(50)));
                if (luck < 0.2 || receiver.takesNothing) {
                    return 503;
                }
                receiver.tookAt = Math.min(receiver.tookAt, world.now());
                if (luck < 0.3) {
                    throw new IOException("simulated: the answer was lost");
                }
                return 204;
            }
        };
    }
}
