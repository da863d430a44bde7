package dev.afterimage.simulation;

import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.catalogue.CatalogueRunner.CatalogueSource;
import dev.afterimage.catalogue.CatalogueRunner.PlanReport;
import dev.afterimage.catalogue.CatalogueRunner.Turn;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.generation.Callables;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobCodec;
import dev.afterimage.jobs.JobQueue.QueueUnavailableException;
import dev.afterimage.limit.Caller;
import dev.afterimage.limit.FleetUnavailableException;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageOutcome;
import dev.afterimage.pipeline.ImageService.QuotaExceededException;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.simulation.Receivers.Receiver;
import dev.afterimage.simulation.SimulatedProvider.Behaviour;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.time.Deadline;
import dev.afterimage.wiring.WiredProcess;
import dev.afterimage.wiring.WiredProcess.Flaw;
import dev.afterimage.wiring.WiredProcess.Settings;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * One run of the simulated fleet: instances come and go, clients ask, catalogues are planned, and {@link Faults} happen.
 * Then the faults end, the fleet comes to rest, and the {@link Laws} are checked.
 */
final class Fleet implements Faults.Victims {

    /** How a run ended. */
    record Result(
            long seed,
            List<String> violations,
            Map<Trial, Integer> trials,
            Set<String> faults,
            long fingerprint,
            long steps,
            List<String> story) {}

    /** What a client was told. Times are the simulation's, in nanoseconds. */
    record Answered(
            ImageRequest request,
            ImageKey key,
            SimulatedMachine by,
            Duration patience,
            long begun,
            long ended,
            boolean stoodStill,
            Optional<ImageOutcome> outcome,
            Optional<Signed> url,
            Optional<Throwable> failure) {}

    /** The URL of an answer, and when the process signed it, by the process' own clock. */
    record Signed(SignedUrl url, Instant at) {}

    /** An answer of 202 to somebody who wants to be called back. */
    record Promised(ImageRequest request, ImageKey key, long begun, long ended, Receiver receiver) {

        @Override
        public String toString() {
            return "the caller of %s at %.3f s (%s)"
                    .formatted(key.value().substring(0, 8), begun / 1e9, receiver.address);
        }
    }

    /** A request that a client is going to make. */
    private record Wish(int image, Duration patience, boolean callback) {}

    /** A DELETE that was answered with 204. */
    record Deleted(ImageKey key, long begun, long ended) {}

    /** A purge that was answered 200. */
    record Purged(long version, SimulatedMachine by, long begun, long ended) {}

    /** A plan that came to its end. */
    record Planned(long begun, long ended, PlanReport report) {}

    /** Something that happened to a machine, or to Redis or the store. */
    record Incident(Faults.Kind kind, long at, long until, SimulatedMachine machine) {}

    private static final TemplateId TEMPLATE = new TemplateId("card");
    private static final Duration SETTLING_STEP = Duration.ofSeconds(30);
    private static final Duration LONGEST_SETTLING = Duration.ofHours(6);
    private static final Duration TOPPED_UP_AFTER = Duration.ofMinutes(20);
    private static final String LIMITER = "afterimage:{limiter}:";
    private static final int MOST_POLLS = 40;

    private final Scenario scenario;
    private final Simulation world;
    private final Random chance;
    /** Random numbers for what was added later and happens in some seeds only, so that the other seeds stay as they were. */
    private final Random more;

    private final Receivers receivers;
    private final BatchClients batches;
    private final RedisNetwork redis;
    private final SimulatedStore store;
    private final SimulatedQueues queues;
    private final SimulatedProvider provider;
    private final Faults faults;
    private final Flaw flaw;
    private final List<SimulatedInstance> instances = new ArrayList<>();
    private final Map<Trial, Integer> trials = new EnumMap<>(Trial.class);
    private final Set<String> distinctFaults = new TreeSet<>();
    private final List<Answered> answers = new ArrayList<>();
    private final List<Promised> promises = new ArrayList<>();
    private final List<Deleted> deletions = new ArrayList<>();
    private final List<Purged> purges = new ArrayList<>();
    private final List<Long> purgesBegun = new ArrayList<>();
    private final List<Planned> plans = new ArrayList<>();
    private final List<Incident> incidents = new ArrayList<>();
    private final List<Long> planTimes = new ArrayList<>();
    private OptionalLong creditsUsed = OptionalLong.empty();
    private final List<String> violations = new ArrayList<>();
    private Settings settings;
    private int machines;
    private int asking;
    /** The machines that are frozen because they are idle, as on Lambda, and since when. */
    private final Map<SimulatedMachine, Long> asleep = new LinkedHashMap<>();

    private boolean calm;
    private long calmSince;
    private boolean upgraded;

    private Fleet(long seed, Flaw flaw, boolean told) {
        this.flaw = flaw;
        world = new Simulation(seed, told);
        chance = world.chance();
        more = new Random(seed * 7919 + 1);
        scenario = Scenario.of(seed, chance, more);
        receivers = new Receivers(world, more);
        batches = new BatchClients(this, world, more, receivers);
        settings = scenario.settings();
        redis = new RedisNetwork(world);
        store = new SimulatedStore(world);
        queues = new SimulatedQueues(world);
        ProviderConfig config = scenario.settings().of(ProviderConfig.class);
        provider = new SimulatedProvider(
                world,
                scenario.rate(),
                scenario.window(),
                scenario.concurrency(),
                config.timeout(),
                config.connectTimeout());
        faults = new Faults(chance, this, distinctFaults);
        redis.use(faults);
        provider.use(faults);
        if (scenario.smallFailures()) {
            store.failures(0.02 * chance.nextDouble());
            queues.failures(0.02 * chance.nextDouble());
            queues.deliversTwice(0.1 * chance.nextDouble());
            redis.breaks(0.002 * chance.nextDouble());
        }
        scenario.moods().forEach(provider::mood);
    }

    /**
     * Runs one seed.
     *
     * @param flaw a mistake to be put back into the service
     * @param told whether to keep a story of the run, for people to read
     */
    static Result run(long seed, Flaw flaw, boolean told) {
        Fleet fleet = new Fleet(seed, flaw, told);
        fleet.run();
        return new Result(
                seed,
                fleet.violations,
                fleet.trials,
                fleet.distinctFaults,
                fleet.world.fingerprint(),
                fleet.world.steps(),
                fleet.world.story());
    }

    private void run() {
        world.tell("%s", scenario);
        for (int i = 0; i < scenario.instances(); i++) {
            deploy();
        }
        scheduleClients();
        schedulePurges();
        scheduleBatches();
        schedulePlans();
        try {
            world.runUntil(scenario.length());
            calmDown();
            settle();
            batches.askForResults();
            settle();
            countCredits();
        } catch (AssertionError spinning) {
            violations.add("law 8: " + spinning.getMessage());
        }
        for (int i = 0; i < queues.deliveredTwice(); i++) {
            tried(Trial.DELIVERED_TWICE);
        }
        new Laws(this).check();
    }

    // ---- what the laws are checked against ----

    Scenario scenario() {
        return scenario;
    }

    long now() {
        return world.now();
    }

    SimulatedProvider provider() {
        return provider;
    }

    SimulatedStore store() {
        return store;
    }

    SimulatedQueues queues() {
        return queues;
    }

    List<Answered> answers() {
        return answers;
    }

    List<Promised> promises() {
        return promises;
    }

    /** When the last fault ended. */
    long calmSince() {
        return calmSince;
    }

    List<Deleted> deletions() {
        return deletions;
    }

    List<Purged> purges() {
        return purges;
    }

    /** Whether somebody had asked for a purge by then, whatever the answer was: it may have been carried out. */
    boolean mayBePurged(long by) {
        return purgesBegun.stream().anyMatch(begun -> begun <= by);
    }

    BatchClients batches() {
        return batches;
    }

    boolean lostMemorySince(long time) {
        return incidents.stream()
                .anyMatch(incident -> Laws.LOST_MEMORY.contains(incident.kind()) && incident.until() >= time);
    }

    boolean isDeadCallback(Receiver receiver) {
        return queues.on(SimulatedQueues.DEAD).stream()
                .anyMatch(dead -> dead.attribute("reason") != null
                        && JobCodec.decode(dead.body) instanceof Job.Callback callback
                        && callback.url().equals(receiver.address));
    }

    List<Planned> plans() {
        return plans;
    }

    /** When plans began, also those that did not come to their end. */
    List<Long> planTimes() {
        return planTimes;
    }

    /** The credits that the service has counted at the end of the run. */
    OptionalLong creditsUsed() {
        return creditsUsed;
    }

    boolean isToppedUp() {
        return settings != scenario.settings();
    }

    List<Incident> incidents() {
        return incidents;
    }

    /**
     * Whether a purchase was lost with its process: the process ended or stood still between the receipt and the departure, or
     * it had the image and ended before it could store it, as when the store is full.
     */
    boolean isPurchaseLost(SimulatedProvider.Call call) {
        if (call.departed < 0) {
            return call.askedForReceipt && (call.caller.isDead() || call.caller.freezes() > call.freezesBefore);
        }
        return call.caller.isDead() && call.isImage && call.delivered >= 0 && !isStored(call);
    }

    private boolean isStored(SimulatedProvider.Call call) {
        return store.everWritten().stream()
                .anyMatch(stored -> SimulatedProvider.callOf(stored)
                        .filter(number -> number == call.number)
                        .isPresent());
    }

    void violated(String law, String how, Object... details) {
        String violation = law + ": " + how.formatted(details);
        violations.add(violation);
        world.tell("VIOLATED %s", violation);
    }

    void tried(Trial trial) {
        trials.merge(trial, 1, Integer::sum);
    }

    // ---- instances ----

    private SimulatedInstance deploy() {
        SimulatedInstance instance = new SimulatedInstance(
                world,
                ++machines,
                upgraded,
                settings,
                redis,
                store,
                queues,
                provider,
                catalogue(),
                receivers,
                faults,
                flaw);
        instances.add(instance);
        world.tell("m%d starts", instance.machine().id());
        return instance;
    }

    private void deployIn(Duration wait) {
        world.after(wait, this::deploy);
    }

    Optional<SimulatedInstance> anyInstance() {
        List<SimulatedInstance> alive =
                instances.stream().filter(SimulatedInstance::takesRequests).toList();
        return alive.isEmpty() ? Optional.empty() : Optional.of(alive.get(chance.nextInt(alive.size())));
    }

    // ---- faults ----

    private Duration between(int fromMillis, int toMillis) {
        return Duration.ofMillis(fromMillis + chance.nextInt(toMillis - fromMillis));
    }

    @Override
    public void suffer(Faults.Kind kind, SimulatedMachine machine) {
        boolean inFlight = provider.hasCallsInFlight();
        boolean itsCallInFlight = provider.hasCallsInFlightOf(machine);
        boolean aboutToLeave = provider.isAboutToLeave(machine);
        Duration length = lengthOf(kind);
        world.tell("FAULT %s at m%d for %s", kind, machine.id(), length);
        incidents.add(new Incident(kind, world.now(), world.now() + length.toNanos(), machine));
        switch (kind) {
            case FREEZE_BRIEFLY, FREEZE_FOR_LONG -> {
                if (aboutToLeave) {
                    tried(Trial.FREEZE_BEFORE_DEPARTURE);
                }
                if (itsCallInFlight) {
                    tried(Trial.FREEZE_WITH_A_CALL_IN_FLIGHT);
                }
                machine.freeze();
                world.after(length, () -> {
                    if (provider.hasCallsInFlightOf(machine)) {
                        tried(Trial.THAW_WITH_A_CALL_IN_FLIGHT);
                    }
                    world.tell("m%d thaws", machine.id());
                    machine.thaw();
                });
            }
            case KILL -> {
                if (aboutToLeave) {
                    tried(Trial.KILL_BEFORE_DEPARTURE);
                }
                if (itsCallInFlight) {
                    tried(Trial.KILL_WITH_A_CALL_IN_FLIGHT);
                }
                machine.kill();
                deployIn(length);
            }
            case TERMINATE -> {
                if (itsCallInFlight) {
                    tried(Trial.SIGTERM_WITH_A_CALL_IN_FLIGHT);
                }
                terminate(machine);
                deployIn(length);
            }
            case REDEPLOY -> {
                if (inFlight) {
                    tried(Trial.REDEPLOY_WITH_A_CALL_IN_FLIGHT);
                }
                deploy();
                world.after(length, () -> terminate(machine));
            }
            case UPGRADE -> {
                if (inFlight) {
                    tried(Trial.UPGRADE_WITH_A_CALL_IN_FLIGHT);
                }
                List<SimulatedInstance> former = instances.stream()
                        .filter(SimulatedInstance::takesRequests)
                        .toList();
                upgraded = true;
                deploy();
                world.after(length, () -> former.forEach(this::replaced));
            }
            case REDIS_FLUSHED, REDIS_RESTARTED -> {
                if (inFlight) {
                    tried(Trial.FLUSH_WITH_A_CALL_IN_FLIGHT);
                }
                if (kind == Faults.Kind.REDIS_FLUSHED) {
                    redis.server().flush();
                } else {
                    redis.leave();
                    redis.server().restart();
                    world.after(length, redis::comeBack);
                }
            }
            case REDIS_GONE -> {
                if (inFlight) {
                    tried(Trial.REDIS_GONE_WITH_A_CALL_IN_FLIGHT);
                }
                redis.leave();
                world.after(length, redis::comeBack);
            }
            case REDIS_SILENT -> {
                if (inFlight) {
                    tried(Trial.REDIS_SILENT_WITH_A_CALL_IN_FLIGHT);
                }
                redis.fallSilent();
                world.after(length, redis::comeBack);
            }
            case REDIS_SLOW -> {
                redis.slow(between(20, 400));
                world.after(length, () -> redis.slow(Duration.ZERO));
            }
            case REDIS_BREAKS_CONNECTIONS -> {
                redis.breaks(0.1);
                world.after(length, () -> redis.breaks(0));
            }
            case STORE_DOWN, STORE_FULL -> {
                if (inFlight) {
                    tried(Trial.STORE_LOST_WITH_A_CALL_IN_FLIGHT);
                }
                store.down(kind == Faults.Kind.STORE_DOWN);
                store.full(kind == Faults.Kind.STORE_FULL);
                world.after(length, () -> {
                    store.down(false);
                    store.full(false);
                });
            }
            case QUEUE_DOWN -> {
                queues.down(true);
                world.after(length, () -> queues.down(false));
            }
            case QUEUE_DELIVERS_TWICE -> {
                queues.deliversTwice(0.5);
                world.after(length, () -> queues.deliversTwice(0));
            }
            case CLOCK_SET -> {
                if (itsCallInFlight) {
                    tried(Trial.CLOCK_SET_WITH_A_CALL_IN_FLIGHT);
                }
                long most = Laws.MOST_SKEW.toMillis();
                machine.skew(Duration.ofMillis(chance.nextLong(2 * most) - most));
            }
            case PROVIDER_DOWN ->
                outage(chance.nextBoolean() ? Behaviour.DOWN_503 : Behaviour.REFUSED_CONNECTION, length);
            case PROVIDER_THROTTLES ->
                outage(chance.nextBoolean() ? Behaviour.THROTTLED : Behaviour.THROTTLED_WITHOUT_A_WAIT, length);
            case PROVIDER_REFUSES_KEY -> outage(Behaviour.KEY_REFUSED, length);
            case PROVIDER_OUT_OF_CREDITS -> outage(Behaviour.OUT_OF_CREDITS, length);
            case PROVIDER_SLOW -> outage(chance.nextBoolean() ? Behaviour.SLOW_IMAGE : Behaviour.LATE, length);
            case PROVIDER_SENDS_GARBAGE -> outage(Behaviour.GARBAGE, length);
        }
    }

    private void outage(Behaviour behaviour, Duration length) {
        provider.outage(Optional.of(behaviour));
        world.after(length, () -> provider.outage(Optional.empty()));
    }

    private Duration lengthOf(Faults.Kind kind) {
        return switch (kind) {
            case FREEZE_BRIEFLY -> between(20, 3000);
            case FREEZE_FOR_LONG -> between(3000, 120_000);
            case KILL, TERMINATE, REDEPLOY, UPGRADE -> between(500, 20_000);
            case REDIS_FLUSHED, CLOCK_SET -> Duration.ZERO;
            case REDIS_RESTARTED -> between(50, 5000);
            case REDIS_GONE, REDIS_SILENT, REDIS_SLOW, REDIS_BREAKS_CONNECTIONS -> between(100, 30_000);
            case STORE_DOWN, STORE_FULL, QUEUE_DOWN, QUEUE_DELIVERS_TWICE -> between(500, 60_000);
            case PROVIDER_DOWN,
                    PROVIDER_THROTTLES,
                    PROVIDER_REFUSES_KEY,
                    PROVIDER_OUT_OF_CREDITS,
                    PROVIDER_SLOW,
                    PROVIDER_SENDS_GARBAGE -> between(1000, 60_000);
        };
    }

    /** Ends a process of the former version, which cannot write to the limiter any more. */
    private void replaced(SimulatedInstance former) {
        long end = world.now() + Duration.ofMinutes(1).toNanos();
        incidents.add(new Incident(Faults.Kind.UPGRADE, world.now(), end, former.machine()));
        incidents.add(new Incident(Faults.Kind.TERMINATE, world.now(), end, former.machine()));
        former.terminate();
    }

    /** Freezes the process when it is idle, as Lambda does: its extension asks for the next event then. */
    private void sleepWhenIdle(SimulatedInstance instance) {
        SimulatedMachine machine = instance.machine();
        instance.run(() -> {
            if (instance.awaitIdle() && !calm && !machine.isFrozen()) {
                tried(Trial.ASLEEP_AFTER_AN_ANSWER);
                world.tell("m%d falls asleep", machine.id());
                asleep.put(machine, world.now());
                machine.freeze();
                world.after(between(100, 30_000), () -> wake(machine));
            }
        });
    }

    void wake(SimulatedMachine machine) {
        Long since = asleep.remove(machine);
        if (since != null) {
            world.tell("m%d wakes", machine.id());
            incidents.add(new Incident(Faults.Kind.FREEZE_BRIEFLY, since, world.now(), machine));
            machine.thaw();
        }
    }

    private void terminate(SimulatedMachine machine) {
        instances.stream().filter(instance -> instance.machine() == machine).forEach(SimulatedInstance::terminate);
    }

    /** Ends all faults. Machines that sleep are woken, and the others thaw by themselves. */
    private void calmDown() {
        world.tell("calm");
        calm = true;
        calmSince = world.now();
        List.copyOf(asleep.keySet()).forEach(this::wake);
        faults.stop();
        redis.comeBack();
        redis.slow(Duration.ZERO);
        redis.breaks(0);
        store.down(false);
        store.full(false);
        store.failures(0);
        queues.down(false);
        queues.failures(0);
        queues.deliversTwice(0);
        provider.goodMood();
    }

    private void settle() {
        long end = world.now() + LONGEST_SETTLING.toNanos();
        long toppedUp = world.now() + TOPPED_UP_AFTER.toNanos();
        // One step first: a client that has just been answered may have left a refresh behind, not queued yet.
        do {
            world.runUntil(Duration.ofNanos(world.now()).plus(SETTLING_STEP));
            if (world.now() >= toppedUp && scenario.credits() > 0 && !isToppedUp()) {
                topUp();
            }
        } while (!isAtRest() && world.now() < end);
        if (!isAtRest()) {
            tellOfJobs();
            violated(
                    "law 7",
                    "%s after the last fault there are still %d interactive and %d bulk jobs and %d clients",
                    LONGEST_SETTLING,
                    queues.on(SimulatedQueues.INTERACTIVE).size(),
                    queues.on(SimulatedQueues.BULK).size(),
                    asking);
        }
    }

    private void countCredits() {
        anyInstance().ifPresent(instance -> {
            instance.run(() -> {
                try {
                    creditsUsed = OptionalLong.of(instance.creditsUsed());
                } catch (FleetUnavailableException stillAtRest) {
                    world.tell("the credits cannot be counted");
                }
            });
            // No longer than that takes: a plan that is repeated may buy again.
            for (int i = 0; i < 50 && creditsUsed.isEmpty(); i++) {
                world.runUntil(Duration.ofNanos(world.now()).plusMillis(100));
            }
        });
    }

    private void tellOfJobs() {
        for (String queue : List.of(SimulatedQueues.INTERACTIVE, SimulatedQueues.BULK)) {
            for (SimulatedQueues.Sent sent : queues.on(queue)) {
                if (JobCodec.decode(sent.body) instanceof Job.Image job) {
                    world.tell(
                            "never ended: %s, whose receipt is %s",
                            job.key(), redis.server().execute(List.of("HGETALL", LIMITER + "receipt:" + job.key())));
                }
            }
        }
        world.tell("the limiter: %s", redis.server().execute(List.of("HGETALL", LIMITER + "state")));
    }

    /** Deploys the service with a higher monthly budget, as an operator would. */
    private void topUp() {
        world.tell("the budget is raised");
        settings = scenario.withoutBudget();
        List<SimulatedInstance> former = List.copyOf(instances);
        deploy();
        former.forEach(SimulatedInstance::terminate);
    }

    private boolean isAtRest() {
        return queues.isEmpty()
                && asking == 0
                && !batches.areAtWork()
                && !provider.hasCallsInFlight()
                && instances.stream().noneMatch(instance -> instance.machine().isFrozen());
    }

    // ---- clients ----

    private static ImageRequest request(int image) {
        return new ImageRequest(TEMPLATE, TemplateData.of("{\"n\":" + image + "}"), ImageFormat.PNG);
    }

    private void scheduleClients() {
        long length = scenario.length().toMillis();
        for (int i = 0; i < scenario.requests(); i++) {
            Duration at = Duration.ofMillis(chance.nextLong(length));
            int image = scenario.image(chance);
            double what = chance.nextDouble();
            Wish wish = new Wish(image, scenario.patience(chance), scenario.callbacks() && more.nextInt(3) == 0);
            world.after(at, () -> {
                if (what < scenario.deletes()) {
                    delete(chance.nextBoolean() ? provider.imageInFlight().orElse(image) : image);
                } else {
                    ask(wish, MOST_POLLS);
                }
            });
        }
    }

    /** Makes a client's request to any process, and again when that process dies before it has answered. */
    private void ask(Wish wish, int again) {
        Optional<SimulatedInstance> chosen = anyInstance();
        if (chosen.isEmpty()) {
            world.after(Duration.ofSeconds(1), () -> ask(wish, again));
            return;
        }
        asking++;
        SimulatedInstance instance = chosen.get();
        wake(instance.machine());
        ImageRequest request = request(wish.image());
        Optional<Receiver> callback = wish.callback() ? Optional.of(receivers.open()) : Optional.empty();
        Waiting waiting = new Waiting(wish, again);
        instance.run(() -> {
            long begun = world.now();
            int freezes = instance.machine().freezes();
            Deadline deadline =
                    Deadline.in(wish.patience(), instance.machine().machine().clock());
            GenerationRequest wanted = GenerationRequest.onDemand(request, new Caller("client"), deadline);
            instance.obtain(wanted, callback.map(receiver -> receiver.address)).whenComplete((outcome, failure) -> {
                boolean stoodStill = freezes != instance.machine().freezes();
                Answered answered = new Answered(
                        request,
                        keyOf(request, outcome),
                        instance.machine(),
                        wish.patience(),
                        begun,
                        world.now(),
                        stoodStill,
                        Optional.ofNullable(outcome),
                        outcome instanceof ImageOutcome.Ready ready
                                ? Optional.of(signed(ready, instance))
                                : Optional.empty(),
                        Optional.ofNullable(Callables.cause(failure)));
                if (outcome instanceof ImageOutcome.Pending) {
                    callback.ifPresent(receiver ->
                            promises.add(new Promised(request, answered.key(), begun, world.now(), receiver)));
                }
                waiting.told(answered);
                if (scenario.sleeps()) {
                    sleepWhenIdle(instance);
                }
            });
        });
        waiting.watch(instance);
    }

    private static Signed signed(ImageOutcome.Ready ready, SimulatedInstance instance) {
        return new Signed(
                instance.sign(ready), instance.machine().machine().clock().instant());
    }

    private ImageKey keyOf(ImageRequest request, ImageOutcome outcome) {
        return switch (outcome) {
            case ImageOutcome.Ready ready -> ready.key();
            case ImageOutcome.Pending pending -> pending.key();
            case null -> WiredProcess.keys().keyOf(request, version());
        };
    }

    private long version() {
        return purges.stream().mapToLong(Purged::version).max().orElse(0);
    }

    private void schedulePurges() {
        for (int i = 0; i < scenario.purges(); i++) {
            world.after(
                    Duration.ofMillis(more.nextLong(scenario.length().toMillis())),
                    () -> anyInstance().ifPresent(instance -> {
                        wake(instance.machine());
                        instance.run(() -> {
                            long begun = world.now();
                            purgesBegun.add(begun);
                            instance.images().purge(TEMPLATE).whenComplete((version, failure) -> {
                                world.tell(
                                        "m%d: purged to version %s",
                                        instance.machine().id(), version);
                                if (failure == null) {
                                    purges.add(new Purged(version, instance.machine(), begun, world.now()));
                                }
                            });
                        });
                    }));
        }
    }

    private void scheduleBatches() {
        for (int i = 0; i < scenario.batches(); i++) {
            List<ImageRequest> rows =
                    scenario.batch(more).stream().map(Fleet::request).toList();
            world.after(Duration.ofMillis(more.nextLong(scenario.length().toMillis() / 2)), () -> batches.send(rows));
        }
    }

    /** One client's wait for one answer. */
    private final class Waiting {
        private final Wish wish;
        private final int again;
        private boolean over;

        private Waiting(Wish wish, int again) {
            this.wish = wish;
            this.again = again;
        }

        private void told(Answered answered) {
            if (over) {
                return;
            }
            over = true;
            asking--;
            answers.add(answered);
            Object what = answered.outcome().isPresent()
                    ? answered.outcome().get().getClass().getSimpleName()
                    : answered.failure().get();
            world.tell("m%d: answers for image %d: %s", answered.by().id(), wish.image(), what);
            checkFailure(answered);
            if (answered.outcome().orElse(null) instanceof ImageOutcome.Pending pending
                    && again > 0
                    && !wish.callback()) {
                world.after(pending.retryAfter().plusMillis(chance.nextInt(500)), () -> ask(wish, again - 1));
            }
        }

        /** Checks every second whether the process has died, which breaks the client's connection. */
        private void watch(SimulatedInstance instance) {
            world.after(Duration.ofSeconds(1), () -> {
                if (over) {
                    return;
                }
                if (instance.machine().isDead()) {
                    over = true;
                    asking--;
                    if (again > 0) {
                        ask(wish, again - 1);
                    }
                    return;
                }
                watch(instance);
            });
        }
    }

    private void checkFailure(Answered answered) {
        answered.failure()
                .filter(failure -> !(failure instanceof GenerationException
                        || failure instanceof QuotaExceededException
                        || failure instanceof StoreUnavailableException
                        || failure instanceof CacheUnavailableException
                        || failure instanceof QueueUnavailableException
                        || failure instanceof FleetUnavailableException))
                .ifPresent(unexpected -> violated("500", "a client got %s", trace(unexpected)));
    }

    private static String trace(Throwable unexpected) {
        StackTraceElement[] trace = unexpected.getStackTrace();
        return unexpected + (trace.length == 0 ? "" : " at " + trace[0]);
    }

    private void delete(int image) {
        anyInstance().ifPresent(instance -> {
            ImageKey key = WiredProcess.keys().keyOf(request(image), version());
            instance.run(() -> {
                long begun = world.now();
                if (provider.books().stream().anyMatch(call -> call.key.equals(key) && call.isInFlight(begun))) {
                    tried(Trial.DELETE_WITH_A_CALL_IN_FLIGHT);
                }
                Deleted unended = new Deleted(key, begun, Long.MAX_VALUE); // stays when its process dies over it
                deletions.add(unended);
                instance.images().forget(key).whenComplete((done, failure) -> {
                    world.tell("m%d: image %d deleted: %s", instance.machine().id(), image, failure == null);
                    if (failure == null) {
                        deletions.remove(unended);
                        deletions.add(new Deleted(key, begun, world.now()));
                    }
                });
            });
        });
    }

    // ---- nights ----

    private CatalogueSource catalogue() {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < scenario.catalogueRows(); i++) {
            rows.append("{\"template\":\"card\",\"format\":\"png\",\"data\":{\"n\":")
                    .append(scenario.firstCatalogueImage() + i)
                    .append("}}\n");
        }
        byte[] bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
        return source -> new CatalogueSource.OpenCatalogue(new ByteArrayInputStream(bytes), "1");
    }

    List<ImageKey> catalogueKeys() {
        List<ImageKey> keys = new ArrayList<>();
        for (int i = 0; i < scenario.catalogueRows(); i++) {
            keys.add(WiredProcess.keys().keyOf(request(scenario.firstCatalogueImage() + i), 0));
        }
        return keys;
    }

    private void schedulePlans() {
        if (scenario.catalogueRows() == 0) {
            return;
        }
        for (Duration at = scenario.firstPlan(); at.compareTo(scenario.length()) < 0; at = at.plus(scenario.period())) {
            world.after(at, () -> {
                new NightLaw(this, scenario).checkBeforePlan();
                long due = world.now();
                plan(due, 10);
                if (chance.nextInt(5) == 0) {
                    world.after(between(0, 20_000), () -> plan(world.now(), 0));
                }
            });
        }
    }

    /** Plans the catalogue as the scheduler does: a plan that failed or is unfinished is called again, after a minute. */
    private void plan(long due, int again) {
        Optional<SimulatedInstance> chosen = anyInstance();
        boolean[] ended = new boolean[1];
        chosen.ifPresent(instance -> instance.run(() -> {
            long begun = world.now();
            planTimes.add(begun);
            try {
                Clock clock = instance.machine().machine().clock();
                Deadline deadline = Deadline.in(Duration.ofMinutes(5), clock);
                // The clocks of two machines may be so far apart.
                Instant scheduled = clock.instant().minusNanos(begun - due).minus(Laws.MOST_SKEW.multipliedBy(2));
                Turn turn = new Turn(scheduled, scheduled.plus(scenario.period()));
                PlanReport report = instance.catalogues().run("cards", turn, deadline);
                ended[0] = report.complete();
                if (report.complete()) {
                    plans.add(new Planned(begun, world.now(), report));
                }
                world.tell("m%d: planned %s", instance.machine().id(), report.counts());
            } catch (RuntimeException failed) {
                world.tell("m%d: the plan failed: %s", instance.machine().id(), failed);
            }
        }));
        if (again > 0) {
            world.after(Duration.ofMinutes(1), () -> {
                if (!ended[0]) {
                    plan(due, again - 1);
                }
            });
        }
    }
}
