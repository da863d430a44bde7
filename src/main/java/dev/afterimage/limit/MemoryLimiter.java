package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/** The limiter and the receipts of a fleet of one process, in its memory. */
public final class MemoryLimiter implements ProviderLimiter, Receipts {

    private static final long SHORTEST_RETRY = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_WAIT = TimeUnit.DAYS.toNanos(366);

    /**
     * No call is planned further ahead, so that a permit lapses before the receipt of an image that came meanwhile is
     * gone.
     */
    private static final long LONGEST_PLAN = TimeUnit.SECONDS.toNanos(60);

    /** When a call is planned to leave, or was stamped to. */
    private record Plan(Lane lane, long start) {}

    private record Stop(Instant since, Instant nextProbe) {}

    private final Limits limits;
    private final LongSupplier nanoTime;
    private final Clock clock;
    private final ReceiptBook book;
    private final Map<LaneStop.Reason, Stop> stops = new EnumMap<>(LaneStop.Reason.class);
    private final LatencyEstimator latency = new LatencyEstimator();
    private final long origin;
    private final long slotTime;
    private final long lead;
    private final long grace;
    private final long longestCall;

    private final ReentrantLock lock = new ReentrantLock();
    private final LaneWindows windows;
    private final LanePlaces places;
    private final ExpiringTokens<Plan> plans = new ExpiringTokens<>();
    private final ExpiringTokens<Plan> stamps = new ExpiringTokens<>();
    private long coolDownUntil;
    private int lowered;
    private long loweredUntil;
    private long sequence;

    /**
     * A limiter that has seen no call yet.
     *
     * @param nanoTime a time that never goes back, such as {@link System#nanoTime}
     * @param storage keeps the receipts over a restart
     */
    public MemoryLimiter(
            Limits limits, ReceiptRules rules, LongSupplier nanoTime, Clock clock, ReceiptStorage storage) {
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.clock = clock;
        this.book = new ReceiptBook(rules, limits.longestCall(), storage);
        origin = nanoTime.getAsLong();
        lead = nanos(limits.lead());
        grace = nanos(limits.grace());
        longestCall = nanos(limits.longestCall());
        slotTime = nanos(limits.slotTime());
        windows = new LaneWindows(limits, slotTime, lead);
        places = new LanePlaces(limits);
    }

    @Override
    public Permit acquire(Lane lane, Duration patience) {
        return locked(now -> {
            Optional<Permit> stopped = stopped(lane);
            if (stopped.isPresent()) {
                return stopped.get();
            }
            Permit answer = plan(lane, now, nanos(patience));
            if (answer instanceof Granted granted) {
                Instant lapses = clock.instant().plus(granted.startsIn()).plus(limits.grace());
                putProbesOff(lane, reason -> lapses);
            }
            return answer;
        });
    }

    private Permit plan(Lane lane, long now, long patience) {
        long coolDown = Math.max(0, coolDownUntil - now);
        if (coolDown > patience) {
            return denied(coolDown, Reason.COOL_DOWN);
        }
        // In the interactive lane somebody waits: a call whose answer is not expected before their deadline does not
        // leave.
        long expected = lane == Lane.INTERACTIVE ? Math.min(longestCall, nanos(latency.expected())) : 0;
        if (expected > patience) {
            return new Denied(Duration.ofNanos(expected), Duration.ofNanos(coolDown), Reason.RATE);
        }
        long mayWait = patience - expected;
        if (!places.isFree(lane)) {
            return denied(Math.max(coolDown, nanos(Limits.PLACE_RETRY)), Reason.CONCURRENCY);
        }
        long start = windows.plan(lane, now, now + coolDown);
        long mayPlan = Math.min(mayWait, plansFarAhead(lane) ? LONGEST_PLAN : lead);
        if (start - now > mayPlan) {
            Reason reason = coolDown > mayPlan ? Reason.COOL_DOWN : Reason.RATE;
            if (start - now > mayWait) {
                return new Denied(Duration.ofNanos(start - now + expected), Duration.ofNanos(start - now), reason);
            }
            // Half a lead early, so that the start granted then still lies ahead, and the call leaves on time.
            return denied(start - now - lead / 2, reason);
        }
        return grant(lane, now, start);
    }

    /** The stop that forbids this call; empty when there is none, or when a probe of it is due. */
    private Optional<Permit> stopped(Lane lane) {
        Instant now = clock.instant();
        for (Map.Entry<LaneStop.Reason, Stop> stop : stops.entrySet()) {
            if (!stop.getKey().concerns(lane)) {
                continue;
            }
            if (now.isBefore(stop.getValue().nextProbe())) {
                return Optional.of(new Permit.Stopped(
                        stop.getKey(), Duration.between(now, stop.getValue().nextProbe())));
            }
        }
        return Optional.empty();
    }

    /**
     * Sets when the next probe of each stop of the lane may leave. After a granted permit that is when the permit lapses,
     * because its holder may not leave and would then have found out nothing; after a departure, one interval later,
     * however the call ends.
     */
    private void putProbesOff(Lane lane, Function<LaneStop.Reason, Instant> next) {
        stops.replaceAll((reason, stop) -> reason.concerns(lane) ? new Stop(stop.since(), next.apply(reason)) : stop);
    }

    @Override
    public Permit depart(Granted permit, Purchase purchase) {
        return locked(now -> {
            if (!forgetPlan(permit.token())) {
                // It may have departed already, and then its call still holds its place.
                return lapsed(permit.lane(), now);
            }
            return depart(permit.token(), permit.lane(), purchase, now);
        });
    }

    @Override
    public Permit redepart(Departed call) {
        return locked(now -> {
            if (!cancelStamp(call.token()) && !forgetPlan(call.token())) {
                return lapsed(call.lane(), now);
            }
            return depart(call.token(), call.lane(), call.purchase(), now);
        });
    }

    private Denied lapsed(Lane lane, long now) {
        return denied(Math.max(windows.departure(lane, now), coolDownUntil) - now, Reason.LAPSED);
    }

    private Permit depart(String token, Lane lane, Purchase purchase, long now) {
        if (coolDownUntil > now) {
            places.giveBack(token);
            return denied(coolDownUntil - now, Reason.COOL_DOWN);
        }
        Permit.Refused refused = book.refusal(purchase, token, clock.instant());
        if (refused != null) {
            places.giveBack(token);
            return refused;
        }
        long departure = windows.departure(lane, now);
        if (departure - now > lead) {
            plan(token, lane, departure);
            return denied(departure - now, Reason.RATE);
        }
        stamp(token, lane, departure);
        Duration startsIn = Duration.ofNanos(departure - now);
        Instant at = clock.instant().plus(startsIn);
        book.open(purchase, token, at);
        putProbesOff(lane, reason -> at.plus(reason.probedEvery()));
        return new Departed(token, lane, purchase, at, startsIn);
    }

    @Override
    public void restamp(Departed call) {
        locked(now -> {
            cancelStamp(call.token());
            stamp(call.token(), call.lane(), now);
            return call;
        });
    }

    @Override
    public void release(Granted permit) {
        locked(now -> {
            forgetPlan(permit.token());
            places.giveBack(permit.token());
            return permit;
        });
    }

    @Override
    public void stop(LaneStop.Reason reason) {
        locked(now -> stopLanes(reason));
    }

    private Stop stopLanes(LaneStop.Reason reason) {
        Instant now = clock.instant();
        return stops.computeIfAbsent(reason, first -> new Stop(now, now.plus(first.probedEvery())));
    }

    @Override
    public Optional<Permit.Refused> refusal(Purchase purchase) {
        return locked(now -> {
            Permit.Refused refused = book.refusal(purchase, "", clock.instant());
            return refused == null ? book.rejection(purchase.key(), clock.instant()) : Optional.of(refused);
        });
    }

    @Override
    public Holding hold(Departed call) {
        return locked(now -> book.hold(call, clock.instant()));
    }

    @Override
    public Settlement settle(Departed call, CallOutcome outcome) {
        return locked(now -> {
            if (outcome.answered()) {
                places.giveBack(call.token());
            }
            if (outcome instanceof CallOutcome.Image) {
                Duration taken = Duration.between(call.at(), clock.instant());
                // A longer time was spent waiting for the store, and says nothing about the provider.
                if (taken.compareTo(limits.longestCall()) <= 0) {
                    latency.learn(taken);
                }
            }
            // A call that left before a stop began says nothing about it.
            stops.entrySet()
                    .removeIf(stop -> isOver(stop.getKey(), outcome)
                            && !call.at().isBefore(stop.getValue().since()));
            return book.settle(call, outcome, clock.instant(), () -> stopLanes(LaneStop.Reason.UNUSABLE_ANSWERS));
        });
    }

    /**
     * Whether an outcome shows that a stop is over. A provider that dealt with a request accepts the key and the account.
     */
    private static boolean isOver(LaneStop.Reason reason, CallOutcome outcome) {
        return switch (outcome) {
            case CallOutcome.Image image -> true;
            case CallOutcome.Unusable answered -> reason != LaneStop.Reason.UNUSABLE_ANSWERS;
            case CallOutcome.Rejected answered -> reason != LaneStop.Reason.UNUSABLE_ANSWERS;
            case CallOutcome.NotBilled free -> false;
            case CallOutcome.Unknown unknown -> false;
        };
    }

    @Override
    public Optional<Resumed> resume(Purchase purchase, Lane lane) {
        return locked(now -> book.resume(purchase, lane, Long.toString(++sequence), clock.instant()));
    }

    @Override
    public void keepTicket(Departed call, String ticket) {
        locked(now -> {
            book.keepTicket(call, ticket);
            return call;
        });
    }

    @Override
    public void noteDeleted(ImageKey key, Duration period) {
        locked(now -> {
            book.noteDeleted(key, period, clock.instant());
            return key;
        });
    }

    @Override
    public boolean isDeleted(ImageKey key) {
        return locked(now -> book.isDeleted(key, clock.instant()));
    }

    @Override
    public boolean allowAnother(ImageKey key) {
        return locked(now -> book.allowAnother(key, clock.instant()));
    }

    @Override
    public Optional<Receipt> find(ImageKey key) {
        return locked(now -> book.find(key, clock.instant()));
    }

    @Override
    public List<Receipt> list() {
        return locked(now -> book.list(clock.instant()));
    }

    /**
     * Does the work under the lock, and returns when its changes of receipts survive a crash. The wait for the disk is
     * outside the lock, so that it holds nobody else up.
     */
    private <T> T locked(LongFunction<T> work) {
        T answer;
        CompletableFuture<?> kept;
        lock.lock();
        try {
            answer = work.apply(advance());
            kept = book.unkept();
        } finally {
            lock.unlock();
        }
        try {
            Object unused = kept.join();
        } catch (CompletionException notKept) {
            throw new LimiterUnavailableException("A receipt cannot be kept.", notKept.getCause());
        }
        return answer;
    }

    @Override
    public boolean lower(int calls, Duration window) {
        int shown = limits.inWindow(calls, window);
        if (shown >= limits.rate()) {
            return false;
        }
        return locked(now -> {
            if (now >= loweredUntil || shown <= lowered) {
                lowered = shown;
                loweredUntil = now + nanos(limits.window());
                windows.resize(lowered);
            }
            return true;
        });
    }

    @Override
    public void coolDown(Duration wait) {
        locked(now -> coolDownUntil = Math.max(coolDownUntil, now + nanos(wait)));
    }

    @Override
    public LimiterStatus status() {
        return locked(now -> new LimiterStatus(
                Duration.ofNanos(Math.max(0, coolDownUntil - now)),
                places.inFlight(),
                stops.entrySet().stream()
                        .map(stop -> new LaneStop(stop.getKey(), stop.getValue().since()))
                        .toList()));
    }

    private long advance() {
        long now = nanoTime.getAsLong() - origin;
        windows.resize(now < loweredUntil ? lowered : limits.rate());
        windows.advanceTo(now);
        plans.expireUpTo(now);
        stamps.expireUpTo(now);
        places.advanceTo(now);
        return now;
    }

    private boolean plansFarAhead(Lane lane) {
        return lane == Lane.INTERACTIVE && limits.concurrency().isEmpty();
    }

    private Granted grant(Lane lane, long now, long start) {
        String token = Long.toString(++sequence);
        plan(token, lane, start);
        return new Granted(token, lane, Duration.ofNanos(start - now));
    }

    private void plan(String token, Lane lane, long start) {
        plans.put(token, new Plan(lane, start), start + grace);
        windows.reserve(lane, start);
        places.take(token, lane, start + grace);
    }

    private void stamp(String token, Lane lane, long departure) {
        windows.depart(lane, departure);
        stamps.put(token, new Plan(lane, departure), departure + slotTime);
        places.take(token, lane, departure + longestCall);
    }

    private boolean cancelStamp(String token) {
        Plan stamp = stamps.remove(token);
        if (stamp == null) {
            return false;
        }
        windows.cancel(stamp.lane(), stamp.start());
        return true;
    }

    private boolean forgetPlan(String token) {
        Plan plan = plans.remove(token);
        if (plan == null) {
            return false;
        }
        windows.giveBack(plan.lane(), plan.start());
        return true;
    }

    private static Denied denied(long wait, Reason reason) {
        return new Denied(Duration.ofNanos(Math.max(wait, SHORTEST_RETRY)), reason);
    }

    /** In nanoseconds, at most those of 366 days, so that sums do not overflow. */
    private static long nanos(Duration duration) {
        return Math.min(LONGEST_WAIT, TimeUnit.NANOSECONDS.convert(duration));
    }
}
