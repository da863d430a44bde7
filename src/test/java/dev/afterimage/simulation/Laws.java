package dev.afterimage.simulation;

import dev.afterimage.cache.IndexEntry;
import dev.afterimage.cache.IndexEntryCodec;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobCodec;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.provider.ApiSettings;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.simulation.Faults.Kind;
import dev.afterimage.simulation.Fleet.Answered;
import dev.afterimage.simulation.Fleet.Deleted;
import dev.afterimage.simulation.Fleet.Incident;
import dev.afterimage.simulation.Fleet.Purged;
import dev.afterimage.simulation.SimulatedProvider.Behaviour;
import dev.afterimage.simulation.SimulatedProvider.Call;
import dev.afterimage.simulation.SimulatedStore.Stored;
import dev.afterimage.wiring.WiredProcess;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks after a run that the service has kept its laws, against the provider's books, the store, the queues and the
 * clients' answers. The laws, in short (law 4 says how each failure is handled, and has no check of its own):
 *
 * <ol>
 *   <li>An image is bought once in a freshness period: never while a receipt of its key stands. What was deleted is not seen
 *       again.
 *   <li>The provider never gets more calls than it allows, in a window and in flight.
 *   <li>While one answer asks to wait, no call of its account leaves.
 *   <li>A failure is retried, put off or final, as its kind says.
 *   <li>A client gets the image that it asked for, and none that is older than the last one it got or than a purge.
 *   <li>A client is told only of images that are in the store.
 *   <li>What was accepted (a job, a 202, a batch, a callback) comes to its end.
 *   <li>A request is answered by its deadline.
 *   <li>Credits are counted before they are spent, and a budget is kept.
 *   <li>A signed URL is valid for as long as the configuration says.
 *   <li>What a plan was to make is still fresh when the next plan begins.
 * </ol>
 */
final class Laws {

    /** How far the clock of a machine may be off. */
    static final Duration MOST_SKEW = Duration.ofSeconds(20);

    private static final long SECOND = 1_000_000_000L;
    /** How long after its deadline a request may be answered: Redis, the store and the queue are then asked once or twice. */
    private static final long LATENESS = 2 * SECOND;
    /** The same without Redis: a request may meet several of its time-outs, until Redis is not asked for a while. */
    private static final long LATENESS_WITHOUT_REDIS = 3 * SECOND;
    /** A call's receipt is written at most this long before it leaves. */
    private static final long LONGEST_LEAD = SECOND;
    /**
     * The same with a slow Redis: a request with no time to wait sends nine commands, which may take almost a time-out each,
     * and asks the queue. Two of the commands take the mark back when the queue is down.
     */
    private static final long LATENESS_WITH_SLOW_REDIS = 5 * SECOND;
    /** How long a process may answer from its near cache: {@code afterimage.cache.near-ttl}, and the time of an answer. */
    private static final long NEAR = 3 * SECOND;

    private static final int REPURCHASES = 1;
    static final Set<Kind> LOST_MEMORY = EnumSet.of(Kind.REDIS_FLUSHED, Kind.REDIS_RESTARTED);
    private static final Set<Kind> GONE =
            EnumSet.of(Kind.KILL, Kind.TERMINATE, Kind.REDEPLOY, Kind.FREEZE_BRIEFLY, Kind.FREEZE_FOR_LONG);
    private static final Set<Kind> OF_REDIS = EnumSet.of(
            Kind.REDIS_FLUSHED,
            Kind.REDIS_RESTARTED,
            Kind.REDIS_GONE,
            Kind.REDIS_SILENT,
            Kind.REDIS_SLOW,
            Kind.REDIS_BREAKS_CONNECTIONS,
            Kind.UPGRADE);

    private final Fleet fleet;
    private final Scenario scenario;
    private final long longestCall;
    private final Map<ImageKey, List<Call>> callsOf = new LinkedHashMap<>();
    private final Map<Integer, Landed> landed = new LinkedHashMap<>();

    /** An image in the store, as its index entry says, and when it was stored. */
    private record Landed(IndexEntry entry, long at) {}

    Laws(Fleet fleet) {
        this.fleet = fleet;
        this.scenario = fleet.scenario();
        this.longestCall = ApiSettings.of(scenario.settings().of(ProviderConfig.class))
                .longestCall()
                .toNanos();
        fleet.provider().arrivals().stream()
                .sorted(Comparator.comparingLong(call -> call.arrived))
                .forEach(call -> callsOf.computeIfAbsent(call.key, key -> new ArrayList<>())
                        .add(call));
        for (Stored stored : fleet.store().everWritten()) {
            Optional<ImageKey> key = keyOf(stored);
            Optional<Integer> call = SimulatedProvider.callOf(stored);
            if (key.isPresent() && call.isPresent()) {
                entryOf(key.get(), stored)
                        .ifPresent(entry -> landed.putIfAbsent(call.get(), new Landed(entry, stored.at())));
            }
        }
    }

    private static Optional<ImageKey> keyOf(Stored stored) {
        return stored.name().startsWith("images/")
                ? Optional.of(new ImageKey(stored.name().substring("images/".length())))
                : Optional.empty();
    }

    static Optional<IndexEntry> entryOf(ImageKey key, Stored stored) {
        return Optional.ofNullable(stored.metadata().get("afterimage"))
                .flatMap(line -> IndexEntryCodec.decode(key, line));
    }

    static long nanosOf(Instant instant) {
        return ChronoUnit.NANOS.between(SimulatedMachine.BEGINNING, instant);
    }

    void check() {
        callsOf.values().forEach(this::checkPurchases);
        checkLimits();
        checkCoolDowns();
        checkCredits();
        checkJobs();
        fleet.answers().forEach(this::checkDeadline);
        checkImages();
        fleet.answers().forEach(this::checkAfterDelete);
        fleet.answers().forEach(this::checkAfterPurge);
        UrlLaw urls = new UrlLaw(fleet);
        fleet.answers().forEach(answered -> checkUrl(answered, urls));
        new CallbackLaw(fleet, this, urls).check();
        new BatchLaw(this.fleet, request -> versionsOf(request).stream().anyMatch(this::hasCause)).check();
    }

    // ---- law 1 ----

    private void checkPurchases(List<Call> calls) {
        Call last = null;
        int purchases = 0;
        long countedSince = Long.MIN_VALUE;
        for (Call call : calls) {
            if (last != null) {
                if (call.arrived < last.ended && !isExcused(last, call)) {
                    fleet.violated("law 1", "two calls of one key at once: %s, %s", last, call);
                }
                Landed image = landed.get(last.number);
                if (image != null && image.at() <= call.arrived) {
                    checkStoredImage(last, image, call);
                } else if (wasThrownAway(last, call)) {
                    fleet.violated("law 1", "an image that came was bought again: %s, %s", last, call);
                } else if (isUnknown(last)
                        && call.arrived < last.departed + longestCall - SECOND / 2
                        && !isExcused(last, call)
                        && !wasDeletedAfterAnImage(calls, last, call)) {
                    fleet.violated("law 1", "bought again while its receipt stands: %s, %s", last, call);
                }
                if (isForgotten(last, call) || hasLanded(calls, countedSince, call)) {
                    purchases = 0;
                    countedSince = call.arrived;
                }
            }
            countTrial(call);
            if (!call.isKnownNotBilled()) {
                last = call;
                purchases++;
                if (purchases > 1) {
                    fleet.tried(Trial.REPURCHASE);
                }
                if (purchases > 1 + REPURCHASES) {
                    fleet.violated("law 1", "bought for the %d. time without an image: %s", purchases, call);
                }
            }
        }
    }

    /** Whether the image of any of these calls was stored in this time. It may be an old one: a frozen process stores late. */
    private boolean hasLanded(List<Call> calls, long since, Call until) {
        return calls.stream()
                .map(call -> landed.get(call.number))
                .anyMatch(image -> image != null && image.at() > since && image.at() <= until.arrived);
    }

    /**
     * Whether the image of an earlier call was stored late, and deleted: it ends the receipt of the last call, and after the
     * deletion a new image may be bought.
     */
    private boolean wasDeletedAfterAnImage(List<Call> calls, Call last, Call call) {
        return hasLanded(calls, last.departed, call) && isDeleted(call.key, last.departed, call.arrived);
    }

    /**
     * Whether the fleet has forgotten the purchases of a key: it was deleted, Redis has lost its memory, or three
     * quarters of a freshness period are over.
     */
    private boolean isForgotten(Call last, Call call) {
        return isDeleted(call.key, last.departed - LONGEST_LEAD, call.arrived)
                || isMemoryLost(last.departed, call.arrived)
                || call.arrived - last.departed + LONGEST_LEAD >= scenario.ttl().toNanos() / 4 * 3;
    }

    private void countTrial(Call call) {
        if (call.isKnownNotBilled()) {
            switch (call.behaviour) {
                case THROTTLED, THROTTLED_WITHOUT_A_WAIT -> fleet.tried(Trial.THROTTLING);
                case KEY_REFUSED -> fleet.tried(Trial.KEY_REFUSED);
                case OUT_OF_CREDITS -> fleet.tried(Trial.OUT_OF_CREDITS);
                default -> {}
            }
        } else if (isUnknown(call)) {
            fleet.tried(Trial.UNKNOWN_OUTCOME);
        } else if (!call.isImage) {
            fleet.tried(Trial.UNUSABLE_ANSWER);
        }
    }

    /** Whether no process of the fleet knows how the call ended. */
    private static boolean isUnknown(Call call) {
        return call.delivered < 0
                || switch (call.behaviour) {
                    case ERROR_500, ERROR_502, ERROR_504, CONNECTION_BREAKS -> true;
                    default -> false;
                };
    }

    private void checkStoredImage(Call last, Landed image, Call call) {
        boolean expired = nanosOf(image.entry().freshUntil()) <= call.arrived + 2 * MOST_SKEW.toNanos();
        boolean planned = fleet.planTimes().stream()
                .anyMatch(begun -> begun <= call.arrived
                        && begun + 2 * MOST_SKEW.toNanos()
                                >= nanosOf(image.entry().createdAt()));
        if (!expired && !planned && !isDeleted(call.key, last.departed, call.arrived)) {
            fleet.violated("law 1", "bought again although its image is there: %s, %s", last, call);
        }
    }

    /** Whether the call's image came to a process that could store it, and it was bought again. */
    private boolean wasThrownAway(Call last, Call call) {
        return last.isImage
                && last.delivered >= 0
                && call.departed > last.delivered + SECOND
                && !isGone(last.caller, last.departed, call.arrived)
                && !isDeleted(last.key, last.departed - LONGEST_LEAD, call.arrived)
                && fleet.incidents().stream()
                        .noneMatch(incident ->
                                EnumSet.of(Kind.STORE_DOWN, Kind.STORE_FULL).contains(incident.kind())
                                        && incident.at() < call.arrived
                                        && incident.until() > last.departed);
    }

    /** Whether the process of the last call was gone and Redis had lost its receipt: then nobody could know of the call. */
    private boolean isExcused(Call last, Call call) {
        return isMemoryLost(last.departed, call.arrived) && isGone(last.caller, last.departed, call.arrived);
    }

    private boolean isMemoryLost(long from, long to) {
        return happened(LOST_MEMORY, null, from - SECOND, to);
    }

    private boolean isGone(SimulatedMachine machine, long from, long to) {
        return happened(GONE, machine, from - SECOND, to);
    }

    private boolean happened(Set<Kind> kinds, @Nullable SimulatedMachine machine, long from, long to) {
        return fleet.incidents().stream()
                .filter(incident -> kinds.contains(incident.kind()))
                .filter(incident -> machine == null || incident.machine() == machine)
                .anyMatch(incident -> incident.at() <= to && incident.until() >= from);
    }

    private boolean isDeleted(ImageKey key, long from, long to) {
        return fleet.deletions().stream()
                .anyMatch(deleted -> deleted.key().equals(key) && deleted.begun() <= to && deleted.ended() >= from);
    }

    // ---- laws 2 and 3 ----

    private void checkLimits() {
        Map<String, List<Call>> byAccount =
                fleet.provider().arrivals().stream().collect(Collectors.groupingBy(call -> call.account));
        byAccount.values().forEach(this::checkLimitsOfAccount);
        if (byAccount.size() > 1) {
            fleet.tried(Trial.TWO_ACCOUNTS);
        }
    }

    private void checkLimitsOfAccount(List<Call> arrivals) {
        for (int i = 0; i < arrivals.size(); i++) {
            Call call = arrivals.get(i);
            if (i + 1 >= scenario.rate()) {
                Call first = arrivals.get(i + 1 - scenario.rate());
                if (call.arrived - first.arrived < scenario.window().toNanos()) {
                    fleet.tried(Trial.FULL_WINDOW);
                }
            }
            if (i >= scenario.rate()) {
                Call first = arrivals.get(i - scenario.rate());
                if (call.arrived - first.arrived < scenario.window().toNanos()) {
                    fleet.violated("law 2", "too many calls in a window: %s … %s", first, call);
                }
            }
            if (scenario.concurrency() > 0) {
                long flying = arrivals.stream()
                        .filter(other -> other != call && other.isInFlight(call.arrived))
                        .count();
                if (flying + 1 == scenario.concurrency()) {
                    fleet.tried(Trial.FULL_FLIGHT);
                }
                if (flying >= scenario.concurrency()) {
                    fleet.violated("law 2", "too many calls in flight: %s", call);
                }
            }
        }
    }

    private void checkCoolDowns() {
        for (Call throttled : fleet.provider().arrivals()) {
            if (throttled.waitUntil < 0
                    || throttled.delivered < 0
                    || happened(OF_REDIS, null, throttled.delivered - SECOND, throttled.waitUntil)
                    || isGone(throttled.caller, throttled.delivered, throttled.delivered + SECOND)
                    || scenario.smallFailures()) {
                continue;
            }
            for (Call call : fleet.provider().arrivals()) {
                if (call.account.equals(throttled.account)
                        && call.departed > throttled.delivered + SECOND / 2
                        && call.arrived < throttled.waitUntil) {
                    fleet.violated("law 3", "left during a cool-down: %s, %s", throttled, call);
                }
            }
        }
    }

    // ---- law 9 ----

    private void checkCredits() {
        Map<String, Long> billed = fleet.provider().arrivals().stream()
                .filter(call -> call.billed)
                .collect(Collectors.groupingBy(call -> call.account, Collectors.counting()));
        billed.forEach((account, calls) -> {
            if (scenario.credits() > 0
                    && !fleet.isToppedUp()
                    && calls > scenario.credits()
                    && !happened(LOST_MEMORY, null, 0, fleet.now())) {
                fleet.violated("law 9", "%d calls were billed of a budget of %d", calls, scenario.credits());
            }
        });
        long counted = fleet.provider().books().stream()
                .filter(call -> call.departed >= 0 && !call.isKnownNotBilled())
                .count();
        boolean exact = !scenario.smallFailures()
                && !happened(OF_REDIS, null, 0, fleet.now())
                && !happened(GONE, null, 0, fleet.now());
        if (exact && fleet.creditsUsed().isPresent() && fleet.creditsUsed().getAsLong() != counted) {
            fleet.violated(
                    "law 9",
                    "%d credits are counted for %d calls",
                    fleet.creditsUsed().getAsLong(),
                    counted);
        }
    }

    // ---- law 7 ----

    private void checkJobs() {
        for (SimulatedQueues.Sent dead : fleet.queues().on(SimulatedQueues.DEAD)) {
            fleet.tried(Trial.DEAD_LETTER);
            String reason = dead.attribute("reason");
            if (!(JobCodec.decode(dead.body) instanceof Job.Image job)) {
                continue;
            }
            ImageKey key = job.key();
            if (reason == null) {
                fleet.violated("law 7", "a dead letter without a reason, image of %s", imageOf(key));
            } else if (versionsOf(job.request()).stream().noneMatch(this::hasCause)
                    && fleet.queues().deliveredTwice() < 4) {
                fleet.violated("law 7", "a dead letter without a cause, image %s: %s", imageOf(key), reason);
            }
        }
        for (SimulatedQueues.Sent sent : fleet.queues().accepted()) {
            if (!(JobCodec.decode(sent.body) instanceof Job.Image job) || !isWanted(job)) {
                continue;
            }
            ImageKey key = job.key();
            if (versionsOf(job.request()).stream().noneMatch(version -> isEnded(version, sent.at))) {
                fleet.violated("law 7", "a job was lost: image %s, taken in at %.3f s", imageOf(key), sent.at / 1e9);
            } else {
                fleet.tried(Trial.JOB_ENDED);
            }
        }
        for (Answered answered : fleet.answers()) {
            if (answered.outcome().orElse(null) instanceof ImageOutcome.Pending) {
                fleet.tried(Trial.PROMISE_202);
                if (versionsOf(answered.request()).stream().noneMatch(key -> isEnded(key, answered.begun()))) {
                    fleet.violated(
                            "law 7",
                            "a 202 was no promise: image %s, promised at %.3f s",
                            imageOf(answered.key()),
                            answered.ended() / 1e9);
                }
            }
        }
    }

    /** Whether somebody waits for the job: not if its batch was not accepted, or was cancelled. */
    private boolean isWanted(Job.Image job) {
        return job.row().isEmpty()
                || fleet.batches().sent().stream()
                        .anyMatch(batch -> !batch.cancelled
                                && batch.id.equals(Optional.of(job.row().get().batch())));
    }

    /** The keys of a request, one for each version of its template. */
    private List<ImageKey> versionsOf(ImageRequest request) {
        return LongStream.rangeClosed(0, scenario.purges())
                .mapToObj(version -> WiredProcess.keys().keyOf(request, version))
                .toList();
    }

    private boolean isEnded(ImageKey key, long since) {
        boolean made = fleet.store().everWritten().stream()
                .filter(stored -> keyOf(stored).filter(key::equals).isPresent())
                .anyMatch(stored -> stored.at() >= since
                        || entryOf(key, stored)
                                .filter(entry -> nanosOf(entry.freshUntil()) > since - MOST_SKEW.toNanos())
                                .isPresent());
        return made
                || isDeleted(key, since, fleet.now())
                || deadLettersOf(key).findAny().isPresent();
    }

    private Stream<SimulatedQueues.Sent> deadLettersOf(ImageKey key) {
        return fleet.queues().on(SimulatedQueues.DEAD).stream()
                .filter(dead -> JobCodec.decode(dead.body) instanceof Job.Image job
                        && job.key().equals(key));
    }

    /**
     * Whether there was a reason to give a job of this image up: the provider made no image, or none that was bought could
     * be stored.
     */
    private boolean hasCause(ImageKey key) {
        List<Call> calls = fleet.provider().books().stream()
                .filter(call -> call.key.equals(key))
                .toList();
        return isDeleted(key, 0, fleet.now())
                || calls.stream()
                                .filter(call ->
                                        fleet.isPurchaseLost(call) || isHolderOutOfReach(call) || isCountedInVain(call))
                                .count()
                        > REPURCHASES
                || calls.stream()
                        .anyMatch(call -> isUnknown(call) && call.departed >= 0
                                || switch (call.behaviour) {
                                    case GARBAGE, HALF_AN_IMAGE, REJECTED, DOWN_503, REFUSED_CONNECTION -> true;
                                    default -> false;
                                });
    }

    /** Whether the image came, but its process could not renew the receipt: it was gone, or did not reach Redis. */
    private boolean isHolderOutOfReach(Call call) {
        long until = landed.containsKey(call.number) ? landed.get(call.number).at() : fleet.now();
        return call.isImage
                && call.delivered >= 0
                && (happened(OF_REDIS, null, call.delivered, until) || isGone(call.caller, call.delivered, until));
    }

    /** Whether the call was not billed, but its process could not tell the fleet so in time, because it did not reach Redis. */
    private boolean isCountedInVain(Call call) {
        return call.isKnownNotBilled() && happened(OF_REDIS, null, call.departed, call.delivered + MOST_SKEW.toNanos());
    }

    private String imageOf(ImageKey key) {
        return callsOf.containsKey(key) ? Integer.toString(callsOf.get(key).getFirst().image) : key.value();
    }

    // ---- law 8 ----

    private void checkDeadline(Answered answered) {
        if (answered.stoodStill()) {
            return;
        }
        fleet.tried(Trial.REQUEST_ANSWERED);
        long taken = answered.ended() - answered.begun();
        if (taken > answered.patience().toNanos() / 2 && !answered.patience().isZero()) {
            fleet.tried(Trial.REQUEST_ANSWERED_LATE_IN_ITS_DEADLINE);
        }
        long lateness = LATENESS;
        if (happened(EnumSet.of(Kind.REDIS_SLOW), null, answered.begun(), answered.ended())) {
            lateness = LATENESS_WITH_SLOW_REDIS;
        } else if (happened(OF_REDIS, null, answered.begun(), answered.ended())) {
            lateness = LATENESS_WITHOUT_REDIS;
        }
        if (taken > answered.patience().toNanos() + lateness && !isClockSet(answered)) {
            fleet.violated(
                    "law 8",
                    "a request with a deadline of %s was answered after %.3f s, at %.3f s by m%d: %s",
                    answered.patience(),
                    taken / 1e9,
                    answered.ended() / 1e9,
                    answered.by().id(),
                    answered.outcome().map(Object::toString).orElseGet(() -> String.valueOf(answered.failure())));
        }
    }

    private boolean isClockSet(Answered answered) {
        return happened(EnumSet.of(Kind.CLOCK_SET), answered.by(), answered.begun(), answered.ended());
    }

    // ---- laws 5 and 6 ----

    private void checkImages() {
        for (Stored stored : fleet.store().everWritten()) {
            Optional<ImageKey> key = keyOf(stored);
            if (key.isEmpty()) {
                continue;
            }
            Optional<Integer> shown = SimulatedProvider.imageIn(stored);
            if (shown.isEmpty() || !Integer.toString(shown.get()).equals(imageOf(key.get()))) {
                fleet.violated("law 5", "the wrong image lies under the key of image %s", imageOf(key.get()));
            }
        }
        for (Answered answered : fleet.answers()) {
            if (answered.outcome().orElse(null) instanceof ImageOutcome.Ready ready
                    && !versionsOf(answered.request()).contains(ready.key())) {
                fleet.violated("law 5", "a client got another image than it asked for");
            }
            if (answered.outcome().orElse(null) instanceof ImageOutcome.Ready ready
                    && landed.values().stream().noneMatch(one -> isOf(one, ready))) {
                fleet.violated(
                        "law 6",
                        "a client was told of an image that is not in the store, at %.3f s by m%d: %s",
                        answered.ended() / 1e9,
                        answered.by().id(),
                        ready.entry());
            }
        }
    }

    /** Whether the answer is of this image. */
    private static boolean isOf(Landed image, ImageOutcome.Ready ready) {
        return IndexEntryCodec.encode(image.entry()).equals(IndexEntryCodec.encode(ready.entry()))
                && image.entry().key().equals(ready.key());
    }

    private void checkUrl(Answered answered, UrlLaw urls) {
        if (!(answered.outcome().orElse(null) instanceof ImageOutcome.Ready ready)) {
            return;
        }
        answered.url()
                .ifPresent(signed ->
                        urls.check(signed.url(), ready.key(), ready.entry().createdAt(), signed.at()));
        long landedAt = landedAt(ready);
        for (Answered former : fleet.answers()) {
            if (former.key().equals(answered.key())
                    && former.ended() + NEAR < answered.begun()
                    && former.outcome().orElse(null) instanceof ImageOutcome.Ready known) {
                long knownAt = landedAt(known);
                if (knownAt < landedAt) {
                    fleet.tried(Trial.URL_OF_A_NEWER_IMAGE);
                } else if (knownAt > landedAt
                        && !hasJustThawed(answered.by(), answered)
                        && !happened(OF_REDIS, null, former.begun(), answered.ended())) {
                    fleet.violated(
                            "law 5",
                            "%s was answered at %.3f s, and the older %s at %.3f s",
                            known.entry(),
                            former.ended() / 1e9,
                            ready.entry(),
                            answered.ended() / 1e9);
                }
            }
        }
    }

    private long landedAt(ImageOutcome.Ready ready) {
        return landed.values().stream()
                .filter(image -> isOf(image, ready))
                .mapToLong(Landed::at)
                .max()
                .orElse(0);
    }

    /** Whether the image of this key that was created at this time was in the store by then. */
    boolean isThere(ImageKey key, Instant createdAt, long by) {
        return landed.values().stream()
                .anyMatch(image -> image.at() <= by
                        && image.entry().key().equals(key)
                        && image.entry().createdAt().equals(createdAt));
    }

    /**
     * Whether a promised image was given up.
     *
     * @param promised when it was promised
     * @param by until when it was given up
     */
    boolean isGivenUp(ImageKey key, long promised, long by) {
        return isDeleted(key, promised, by)
                || fleet.mayBePurged(by)
                || deadLettersOf(key).anyMatch(dead -> dead.at <= by);
    }

    /** When an image that was promised at this time was stored or given up. */
    long endOf(ImageRequest request, long promised) {
        List<ImageKey> versions = versionsOf(request);
        LongStream made = landed.values().stream()
                .filter(image -> versions.contains(image.entry().key()))
                .mapToLong(Landed::at);
        LongStream dead = versions.stream().flatMap(this::deadLettersOf).mapToLong(letter -> letter.at);
        return LongStream.concat(made, dead).filter(at -> at >= promised).min().orElse(promised);
    }

    /** Checks that a request after the 204 of a DELETE is not answered with an image that was bought before it. */
    private void checkAfterDelete(Answered answered) {
        if (!(answered.outcome().orElse(null) instanceof ImageOutcome.Ready ready)) {
            return;
        }
        Optional<Call> maker = landed.entrySet().stream()
                .filter(one -> isOf(one.getValue(), ready))
                .map(one -> fleet.provider().books().get(one.getKey()))
                .max(Comparator.comparingLong(call -> call.departed));
        for (Deleted deleted : fleet.deletions()) {
            if (deleted.key().equals(answered.key())
                    && deleted.ended() != Long.MAX_VALUE
                    && deleted.ended() + NEAR < answered.begun()) {
                fleet.tried(Trial.IMAGE_SEEN_AFTER_DELETE);
                maker.filter(call -> call.departed < deleted.begun())
                        .filter(call -> !isRedisAway(deleted.begun(), answered))
                        .filter(call -> !hasJustThawed(call.caller, answered))
                        // A process of a former version can read no notes any more.
                        .filter(call ->
                                !happened(EnumSet.of(Kind.UPGRADE), call.caller, call.departed, answered.begun()))
                        // The note of a DELETE lies in Redis, and goes with its memory.
                        .filter(call -> !isMemoryLost(deleted.begun(), answered.begun()))
                        .ifPresent(call -> fleet.violated(
                                "law 1",
                                "deleted at %.3f s and seen again at %.3f s: %s",
                                deleted.ended() / 1e9,
                                answered.ended() / 1e9,
                                call));
            }
        }
    }

    /** Whether the process was frozen just before: it enters its image into the index first, and then checks for a DELETE. */
    private boolean hasJustThawed(SimulatedMachine machine, Answered answered) {
        return happened(
                EnumSet.of(Kind.FREEZE_BRIEFLY, Kind.FREEZE_FOR_LONG),
                machine,
                answered.begun() - SECOND,
                answered.ended());
    }

    /** Checks that a request after a purge is not answered with an image of an older version. */
    private void checkAfterPurge(Answered answered) {
        if (!(answered.outcome().orElse(null) instanceof ImageOutcome.Ready ready) || scenario.smallFailures()) {
            return;
        }
        for (Purged purge : fleet.purges()) {
            if (purge.ended() + NEAR >= answered.begun()) {
                continue;
            }
            fleet.tried(Trial.IMAGE_SEEN_AFTER_PURGE);
            int version = versionsOf(answered.request()).indexOf(ready.key());
            // What it has asked before it stood still, a process uses after that.
            if (version < purge.version()
                    && !happened(OF_REDIS, null, restsSince(purge), answered.begun())
                    && !isGone(answered.by(), purge.begun(), answered.begun())) {
                fleet.violated(
                        "law 5",
                        "purged to version %d at %.3f s, and version %d was seen at %.3f s by m%d",
                        purge.version(),
                        purge.ended() / 1e9,
                        version,
                        answered.ended() / 1e9,
                        answered.by().id());
            }
        }
    }

    /**
     * Since when an outage of Redis may have kept a purge from reaching it: a process that could not reach Redis does not ask
     * it for a second of its own time, which stops while the process is frozen.
     */
    private long restsSince(Purged purge) {
        return fleet.incidents().stream()
                        .filter(incident -> EnumSet.of(Kind.FREEZE_BRIEFLY, Kind.FREEZE_FOR_LONG)
                                        .contains(incident.kind())
                                && incident.machine() == purge.by()
                                && incident.at() <= purge.ended()
                                && incident.until() >= purge.begun() - 2 * SECOND)
                        .mapToLong(Incident::at)
                        .reduce(purge.begun(), Math::min)
                - 2 * SECOND;
    }

    /** Whether Redis could not be asked for the note of a DELETE, or only a little before could not. */
    private boolean isRedisAway(long from, Answered answered) {
        return happened(OF_REDIS, null, Math.max(from, answered.begun() - 10 * SECOND), answered.ended());
    }

    static boolean isGood(Behaviour behaviour) {
        return behaviour == Behaviour.IMAGE || behaviour == Behaviour.SLOW_IMAGE;
    }

    /** Whether all faults were over for at least this long. */
    static boolean wasCalm(List<Incident> incidents, long now, Duration atLeast) {
        return incidents.stream().allMatch(incident -> incident.until() < now - atLeast.toNanos());
    }
}
