package dev.afterimage.simulation;

import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobCodec;
import dev.afterimage.simulation.SimulatedProvider.Call;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Law 11, looked at when a night begins: what the plan before it was to make is fresh still. */
final class NightLaw {

    /**
     * How much earlier than the next plan an image may expire, in nanoseconds: the turn of a plan is up to two skews earlier
     * than it, an image that was made since then is not made anew, and the clock by which it expires may be wrong, too.
     */
    private static final long EARLIEST = 3 * Laws.MOST_SKEW.toNanos();

    /** How long an image may be stored before the fleet has counted it, in nanoseconds. */
    private static final long LONGEST_NOTE = 1_000_000_000;

    /** In which the fleet recovers from what went wrong: jobs are handed out again, retried and made. */
    private static final Duration RECOVERY = Duration.ofMinutes(10);

    /** Three probes: one that ends in another failure (429, 503) tells nothing, and the next comes 15 min later. */
    private static final Duration STOP = Duration.ofMinutes(45);

    private static final int MAX_UNUSABLE = 5;

    private final Fleet fleet;
    private final Scenario scenario;

    NightLaw(Fleet fleet, Scenario scenario) {
        this.fleet = fleet;
        this.scenario = scenario;
    }

    void checkBeforePlan() {
        long now = fleet.now();
        Optional<Fleet.Planned> former = fleet.plans().stream()
                .filter(plan -> plan.ended()
                        > now
                                - scenario.period().toNanos()
                                - Duration.ofMinutes(1).toNanos())
                .findFirst();
        if (former.isEmpty() || !Laws.wasCalm(fleet.incidents(), now, RECOVERY)) {
            return;
        }
        long since = firstTry(former.get());
        if (lanesWereStopped(since)) {
            return;
        }
        for (ImageKey key : fleet.catalogueKeys()) {
            if (hasTrouble(key, since)) {
                continue;
            }
            boolean fresh = Optional.ofNullable(fleet.store().look("images/" + key.value()))
                    .flatMap(stored -> Laws.entryOf(key, stored))
                    .filter(entry -> Laws.nanosOf(entry.freshUntil()) > now - EARLIEST)
                    .isPresent();
            if (fresh) {
                fleet.tried(Trial.NIGHT_FULFILLED);
            } else {
                fleet.violated(
                        "law 11",
                        "of the catalogue, %s is not fresh when the next plan begins at %.0f s",
                        key.value().substring(0, 8),
                        now / 1e9);
            }
        }
    }

    /** When the night of this plan began: an earlier try, which did not come to its end, may have queued and made its rows. */
    private long firstTry(Fleet.Planned plan) {
        long nightBefore = plan.begun() - scenario.period().toNanos() / 2;
        return fleet.planTimes().stream()
                .mapToLong(Long::longValue)
                .filter(begun -> begun > nightBefore && begun <= plan.begun())
                .min()
                .orElse(plan.begun());
    }

    /**
     * A provider that refuses the key, is out of credits or sends no images again and again is asked every 15 min only. The fleet
     * counts answers, which come in another order than the calls left, and an image when it is stored, or shortly after: that
     * note travels, too.
     */
    private boolean lanesWereStopped(long since) {
        return lanesWereStopped(since, 0) || lanesWereStopped(since, LONGEST_NOTE);
    }

    private boolean lanesWereStopped(long since, long noted) {
        int unusable = 0;
        List<Call> answers = fleet.provider().arrivals().stream()
                .sorted(Comparator.comparingLong(call -> counted(call, noted)))
                .toList();
        for (Call call : answers) {
            if (call.arrived < since - STOP.toNanos()) {
                continue;
            }
            switch (call.behaviour) {
                case KEY_REFUSED, OUT_OF_CREDITS -> {
                    return true;
                }
                case GARBAGE, HALF_AN_IMAGE -> unusable++;
                case IMAGE, SLOW_IMAGE -> unusable = 0;
                default -> {}
            }
            if (unusable >= MAX_UNUSABLE) {
                return true;
            }
        }
        return false;
    }

    private long counted(Call call, long noted) {
        return fleet.store().everWritten().stream()
                .filter(stored -> stored.name().equals("images/" + call.key.value()))
                .mapToLong(SimulatedStore.Stored::at)
                .filter(at -> Laws.isGood(call.behaviour) && at >= call.delivered)
                .map(at -> at + noted)
                .min()
                .orElse(call.delivered);
    }

    /**
     * The provider did not make it when asked, two processes ended before they had stored it (two purchases are all that a key
     * has), its job was given up (law 7 wants a cause for that), or somebody deleted it. Calls in vain are remembered for a
     * freshness period, so those of the former night count, too.
     */
    private boolean hasTrouble(ImageKey key, long since) {
        long remembered =
                since - scenario.ttl().toNanos() - Duration.ofMinutes(1).toNanos();
        List<Call> calls = fleet.provider().books().stream()
                .filter(call -> call.key.equals(key) && call.ended >= remembered)
                .toList();
        return calls.stream().anyMatch(call -> !Laws.isGood(call.behaviour))
                || calls.stream()
                                .filter(call -> call.delivered < 0 || fleet.isPurchaseLost(call))
                                .count()
                        >= 2
                || fleet.queues().on(SimulatedQueues.DEAD).stream()
                        .anyMatch(dead -> dead.at >= since
                                && JobCodec.decode(dead.body) instanceof Job.Image job
                                && job.key().equals(key))
                || fleet.deletions().stream()
                        .anyMatch(deleted -> deleted.key().equals(key) && deleted.ended() >= since);
    }
}
