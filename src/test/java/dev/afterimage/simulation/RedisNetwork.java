package dev.afterimage.simulation;

import dev.afterimage.simulation.RedisModel.Refusal;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * The one Redis of the fleet and the network to it, with their faults: gone (connections are refused and closed), silent (it
 * answers nothing until it is back, and then everything), flushed, restarted, slow, or a connection that breaks while a
 * command is under way.
 */
final class RedisNetwork {

    private final Simulation world;
    private final RedisModel server;
    private final List<RedisClient.Connection> connections = new ArrayList<>();
    private final List<Runnable> unanswered = new ArrayList<>();
    private boolean gone;
    private boolean silent;
    private Duration extraLatency = Duration.ZERO;
    private double breaks;
    private Faults faults;

    RedisNetwork(Simulation world) {
        this.world = world;
        this.server = new RedisModel(() ->
                ChronoUnit.MICROS.between(java.time.Instant.EPOCH, SimulatedMachine.BEGINNING) + world.now() / 1000);
    }

    RedisModel server() {
        return server;
    }

    /** From now on these faults decide what goes wrong with a command. */
    void use(Faults planned) {
        faults = planned;
    }

    void crossing(SimulatedMachine machine, boolean there) {
        if (faults != null) {
            faults.crossing(Faults.Port.REDIS, machine, there);
        }
    }

    boolean isGone() {
        return gone;
    }

    boolean isSilent() {
        return silent;
    }

    /** Sets the chance, from 0 to 1, that a connection breaks while a command is under way. */
    void breaks(double chance) {
        breaks = chance;
    }

    void slow(Duration latency) {
        extraLatency = latency;
    }

    /** Closes all connections and refuses new ones; the data stays. */
    void leave() {
        gone = true;
        List.copyOf(connections).forEach(RedisClient.Connection::broken);
        connections.clear();
    }

    void comeBack() {
        gone = false;
        silent = false;
        List<Runnable> late = List.copyOf(unanswered);
        unanswered.clear();
        late.forEach(Runnable::run);
    }

    void fallSilent() {
        silent = true;
    }

    /** The time of one way, there or back: mostly below half a millisecond, sometimes a few. */
    Duration latency() {
        double luck = world.chance().nextDouble();
        long micros =
                (long) (200 + 300 * luck + (luck > 0.98 ? 4000 * world.chance().nextDouble() : 0));
        return Duration.of(micros, ChronoUnit.MICROS).plus(extraLatency);
    }

    boolean breaksNow() {
        return breaks > 0 && world.chance().nextDouble() < breaks;
    }

    void opened(RedisClient.Connection connection) {
        connections.add(connection);
    }

    void closed(RedisClient.Connection connection) {
        connections.remove(connection);
    }

    /** Does the server's work now, or once it is no longer silent. */
    void reach(Runnable work) {
        if (silent) {
            unanswered.add(work);
        } else {
            work.run();
        }
    }

    /** Executes a command; returns the answer, or the {@link Refusal} that Redis would answer. */
    Object carryOut(List<String> command) {
        try {
            return server.execute(command);
        } catch (Refusal refusal) {
            return refusal;
        }
    }

    Simulation world() {
        return world;
    }
}
