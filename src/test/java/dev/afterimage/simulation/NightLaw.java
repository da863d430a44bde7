package dev.afterimage.simulation;

import dev.afterimage.image.ImageKey;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobCodec;
import dev.afterimage.simulation.SimulatedProvider.Call;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Law 11, checked when a plan begins: the images that the plan before it was to make are still fresh. */
final class NightLaw {

    /**
     * How long before the next plan an image may expire, in nanoseconds: a plan's turn lies up to two skews before the plan
     * begins, an image that was made since the turn is not made anew, and the clock that set its end may be off by a third.
     */
    private static final long EARLIEST = 3 * Laws.MOST_SKEW.toNanos();

    /** How long after it was stored an image may be counted as a usable answer, in nanoseconds. */
    private static final long LONGEST_NOTE = 1_000_000_000;

    /** How long the fleet takes to recover from a fault: jobs are handed out again and retried. */
    private static final Duration RECOVERY = Duration.ofMinutes(10);

    /** How long a lane may stay stopped: three probes, 15 min apart, because one that ends in 429 or 503 decides nothing. */
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
            boolean fresh = Optional.ofNullable(fleet.store().find("images/" + key.value()))
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

    /** When the first try of this plan began: one that did not come to its end may have queued rows already. */
    private long firstTry(Fleet.Planned plan) {
        long nightBefore = plan.begun() - scenario.period().toNanos() / 2;
        return fleet.planTimes().stream()
                .mapToLong(Long::longValue)
                .filter(begun -> begun > nightBefore && begun <= plan.begun())
                .min()
                .orElse(plan.begun());
    }

    /**
     * Whether lanes may have been stopped since then: the provider refused the key, was out of credits or sent no images again
     * and again. The fleet counts answers in the order in which they come, and an image when it is stored or shortly after,
     * so both times are tried.
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
     * Whether there is a reason why the image is missing: the provider did not make it, two processes ended before they had
     * stored it (a key has two purchases), its job was given up (law 7 wants a cause for that), or it was deleted. Calls in
     * vain are remembered for a freshness period, so those of the former night count, too.
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
