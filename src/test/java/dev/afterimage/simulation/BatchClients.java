package dev.afterimage.simulation;

import dev.afterimage.batch.Batch;
import dev.afterimage.batch.BatchIntake;
import dev.afterimage.catalogue.CatalogueRows;
import dev.afterimage.catalogue.CatalogueRows.CatalogueRow;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.limit.Caller;
import dev.afterimage.simulation.Receivers.Receiver;
import dev.afterimage.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Clients that send batches: each sends the same upload with one {@code Idempotency-Key} until it is accepted, sometimes
 * once more after that, and may cancel the batch.
 */
final class BatchClients {

    private static final Caller SENDER = new Caller("sender");
    private static final Duration PATIENCE = Duration.ofSeconds(25);
    private static final int MOST_TRIES = 60;
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(20);

    /** One batch, as its sender knows it. Times are the simulation's, in nanoseconds. */
    static final class Sent {
        final String idempotencyKey;
        final List<ImageRequest> rows;
        final Receiver receiver;
        final long begun;

        Optional<String> id = Optional.empty();
        boolean cancelled;
        /** The batch as the service answers it at the end of the run. */
        Optional<Batch> last = Optional.empty();

        private Sent(String idempotencyKey, List<ImageRequest> rows, Receiver receiver, long begun) {
            this.idempotencyKey = idempotencyKey;
            this.rows = rows;
            this.receiver = receiver;
            this.begun = begun;
        }
    }

    private final Fleet fleet;
    private final Simulation world;
    private final Random chance;
    private final Receivers receivers;
    private final List<Sent> sent = new ArrayList<>();
    private int atWork;

    BatchClients(Fleet fleet, Simulation world, Random chance, Receivers receivers) {
        this.fleet = fleet;
        this.world = world;
        this.chance = chance;
        this.receivers = receivers;
    }

    List<Sent> sent() {
        return List.copyOf(sent);
    }

    boolean areAtWork() {
        return atWork > 0;
    }

    /** Sends a batch of these rows. */
    void send(List<ImageRequest> rows) {
        String name = "batch-" + sent.size();
        Sent batch = new Sent(name, rows, receivers.open(), world.now());
        sent.add(batch);
        send(batch, MOST_TRIES);
    }

    private void send(Sent batch, int tries) {
        ask(
                tries,
                instance -> {
                    Deadline deadline =
                            Deadline.in(PATIENCE, instance.machine().machine().clock());
                    return instance.batches()
                            .submit(SENDER, Optional.of(batch.idempotencyKey), deadline, new Upload(batch));
                },
                taken -> taken(batch, taken));
    }

    private void taken(Sent batch, Batch answer) {
        world.tell("%s is taken in as %s", batch.idempotencyKey, answer.id());
        if (batch.id.isPresent()) {
            fleet.tried(Trial.BATCH_SENT_TWICE);
            if (!batch.id.get().equals(answer.id()) && !fleet.lostMemorySince(batch.begun)) {
                fleet.violated("law 7", "%s was taken in twice: %s, %s", batch.idempotencyKey, batch.id, answer.id());
            }
            return;
        }
        batch.id = Optional.of(answer.id());
        if (chance.nextInt(4) == 0) {
            world.after(Duration.ofMillis(chance.nextInt(5000)), () -> send(batch, MOST_TRIES));
        }
        if (chance.nextInt(4) == 0) {
            world.after(Duration.ofMillis(chance.nextInt(8000)), () -> cancel(batch));
        }
    }

    private void cancel(Sent batch) {
        ask(
                MOST_TRIES,
                instance -> {
                    instance.batches().cancel(batch.id.orElseThrow());
                    return batch;
                },
                done -> {
                    fleet.tried(Trial.BATCH_CANCELLED);
                    world.tell("%s is cancelled", batch.idempotencyKey);
                    batch.cancelled = true;
                });
    }

    /** Asks what became of every accepted batch. */
    void askForResults() {
        for (Sent batch : sent) {
            batch.id.ifPresent(
                    id -> ask(MOST_TRIES, instance -> instance.ledger().find(id), found -> batch.last = found));
        }
    }

    /** A request of a client to a process. */
    private interface ClientCall<T> {
        T of(SimulatedInstance instance) throws IOException;
    }

    private interface Answer<T> {
        void told(T answer);
    }

    /** Makes a request to any process, and again when it fails or has no answer in time. */
    private <T> void ask(int tries, ClientCall<T> call, Answer<T> answer) {
        atWork++;
        boolean[] over = new boolean[1];
        Runnable again = () -> {
            if (!over[0]) {
                over[0] = true;
                world.after(Duration.ofMillis(1000 + chance.nextInt(3000)), () -> {
                    atWork--;
                    if (tries > 0) {
                        ask(tries - 1, call, answer);
                    }
                });
            }
        };
        Optional<SimulatedInstance> chosen = fleet.anyInstance();
        if (chosen.isEmpty()) {
            again.run();
            return;
        }
        fleet.wake(chosen.get().machine());
        chosen.get().run(() -> {
            try {
                T told = call.of(chosen.get());
                if (!over[0]) {
                    over[0] = true;
                    atWork--;
                    answer.told(told);
                }
            } catch (IOException | RuntimeException failed) {
                world.tell(
                        "m%d: a batch's sender is told: %s",
                        chosen.get().machine().id(), failed);
                again.run();
            }
        });
        world.after(LONGEST_ANSWER, again);
    }

    private record Upload(Sent batch) implements BatchIntake.Upload {

        @Override
        public Optional<String> callback() {
            return Optional.of(batch.receiver.address.toString());
        }

        @Override
        public CatalogueRows rows() {
            Iterator<ImageRequest> rows = batch.rows.iterator();
            int[] line = new int[1];
            return new CatalogueRows() {
                @Override
                public Optional<CatalogueRow> next() {
                    return rows.hasNext()
                            ? Optional.of(new CatalogueRow.Wanted(++line[0], rows.next()))
                            : Optional.empty();
                }

                @Override
                public void close() {
                    // Nothing is open.
                }
            };
        }

        @Override
        public String hash() {
            return batch.idempotencyKey;
        }
    }
}
