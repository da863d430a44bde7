package dev.afterimage.simulation;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Decides at every call of a port whether something goes wrong there, and what. Each run allows only some kinds of faults,
 * and at most {@value #MOST} faults, because one fault can hide what another would show.
 */
final class Faults {

    /** Where something can go wrong. A call crosses a port twice: on its way there and on its way back. */
    enum Port {
        REDIS,
        STORE,
        QUEUE,
        /** Sending to a queue, where a job or a callback passes from one process to another. */
        QUEUE_SEND,
        PROVIDER
    }

    /** What can go wrong, besides what the provider does with single calls. */
    enum Kind {
        FREEZE_BRIEFLY,
        FREEZE_FOR_LONG,
        KILL,
        TERMINATE,
        REDIS_FLUSHED,
        REDIS_RESTARTED,
        REDIS_GONE,
        REDIS_SILENT,
        REDIS_SLOW,
        REDIS_BREAKS_CONNECTIONS,
        STORE_DOWN,
        STORE_FULL,
        QUEUE_DOWN,
        QUEUE_DELIVERS_TWICE,
        CLOCK_SET,
        PROVIDER_DOWN,
        PROVIDER_THROTTLES,
        PROVIDER_REFUSES_KEY,
        PROVIDER_OUT_OF_CREDITS,
        PROVIDER_SLOW,
        PROVIDER_SENDS_GARBAGE,
        REDEPLOY,
        /** A deployment of a version that writes another format into Redis; the former version buys nothing from then on. */
        UPGRADE
    }

    /** Carries a fault out. */
    interface Victims {
        void suffer(Kind kind, SimulatedMachine machine);
    }

    private static final int MOST = 6;

    private final Random chance;
    private final List<Kind> allowed;
    private final Victims victims;
    private final Set<String> seen;
    private int left;
    private final double likelihood;

    /**
     * A plan of what may go wrong.
     *
     * @param seen gets the distinct faults, each a kind at a port
     */
    Faults(Random chance, Victims victims, Set<String> seen) {
        this.chance = chance;
        this.victims = victims;
        this.seen = seen;
        Set<Kind> some = EnumSet.noneOf(Kind.class);
        double share = chance.nextDouble();
        for (Kind kind : Kind.values()) {
            if (chance.nextDouble() < share) {
                some.add(kind);
            }
        }
        allowed = new ArrayList<>(some);
        left = chance.nextInt(MOST + 1);
        likelihood = Math.exp(-2 - 4 * chance.nextDouble()) / 10;
    }

    /** From now on nothing more goes wrong. */
    void stop() {
        left = 0;
    }

    /**
     * A call passes a port, on its way there or back.
     *
     * @param carriedOut whether the call has been carried out, and its answer is on the way back
     */
    void crossing(Port port, SimulatedMachine machine, boolean carriedOut) {
        // Few calls cross these two ports, but a fault there can lose a purchase or a job.
        double weight = port == Port.PROVIDER || port == Port.QUEUE_SEND ? 10 : 1;
        if (left == 0 || allowed.isEmpty() || machine.isDead() || chance.nextDouble() >= likelihood * weight) {
            return;
        }
        left--;
        Kind kind = allowed.get(chance.nextInt(allowed.size()));
        seen.add(kind + " at " + port + (carriedOut ? " on the way back" : " on the way there"));
        victims.suffer(kind, machine);
    }
}
