package dev.afterimage.limit;

import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.MemoryAccount.Answer;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.ProviderLimiter.LimiterStatus;
import dev.afterimage.limit.Receipts.ReceiptRules;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** The limiter and the receipts of a fleet of one process, in its memory. */
public final class MemoryLimiter implements ProviderLimiter, Receipts {

    private final AccountLimits limits;
    private final ReceiptRules rules;
    private final LongSupplier nanoTime;
    private final Clock clock;
    private final ReceiptMap receipts;
    private final long origin;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, MemoryAccount> accounts = new HashMap<>();
    private long sequence;

    /**
     * A limiter that has seen no call yet.
     *
     * @param nanoTime a monotonic clock, such as {@link System#nanoTime}
     * @param storage keeps the receipts over a restart
     */
    public MemoryLimiter(
            AccountLimits limits, ReceiptRules rules, LongSupplier nanoTime, Clock clock, ReceiptStorage storage) {
        this.limits = limits;
        this.rules = rules;
        this.nanoTime = nanoTime;
        this.clock = clock;
        this.receipts = new ReceiptMap(rules, limits.longestCall(), storage);
        origin = nanoTime.getAsLong();
        limits.byName().keySet().forEach(this::account);
    }

    /** The account of this name; also one that is no longer configured, whose last calls must end. */
    private MemoryAccount account(String name) {
        return accounts.computeIfAbsent(name, added -> new MemoryAccount(limits.of(added), clock));
    }

    private MemoryAccount accountOf(Departed call) {
        return account(call.purchase().account());
    }

    @Override
    public Permit acquire(List<String> candidates, Lane lane, Duration patience) {
        return locked(now -> {
            List<Answer> answers = candidates.stream()
                    .map(name -> account(name).start(lane, now, patience))
                    .toList();
            String best = candidates.getFirst();
            Answer answer = answers.getFirst();
            for (int i = 1; i < answers.size(); i++) {
                String name = candidates.get(i);
                Answer other = answers.get(i);
                if (isBetter(other, answer)) {
                    best = name;
                    answer = other;
                }
            }
            return switch (answer) {
                case Answer.No no -> no.reply() instanceof Permit.Denied denied ? soonest(denied, answers) : no.reply();
                case Answer.Start start -> {
                    String token = Long.toString(++sequence);
                    account(best).grant(token, lane, now, start.at());
                    yield new Granted(token, best, lane, Duration.ofNanos(start.at() - now));
                }
            };
        });
    }

    @Override
    public Permit acquirePoll(String account, Lane lane, Duration patience) {
        return locked(now -> switch (account(account).startPoll(lane, now, patience)) {
            case Answer.No no -> no.reply();
            case Answer.Start start -> {
                String token = Long.toString(++sequence);
                account(account).grantPoll(token, lane, start.at());
                yield new Granted(token, account, lane, Duration.ofNanos(start.at() - now));
            }
        });
    }

    /** The denial, with the earliest time at which a call of any of the accounts may leave. */
    private static Permit.Denied soonest(Permit.Denied denied, List<Answer> answers) {
        Duration startsIn = answers.stream()
                .flatMap(answer -> answer instanceof Answer.No no && no.reply() instanceof Permit.Denied other
                        ? Stream.of(other.startsIn())
                        : Stream.empty())
                .min(Duration::compareTo)
                .orElseThrow();
        return new Permit.Denied(denied.retryAfter(), startsIn, denied.reason());
    }

    /**
     * Whether {@code answer} is better than {@code best}. The earlier start is better, and of equal starts that of a probe;
     * of two calls that may not start the one with the shorter wait is better, and a denial is better than a stop.
     */
    private static boolean isBetter(Answer answer, Answer best) {
        return switch (answer) {
            case Answer.Start start ->
                !(best instanceof Answer.Start first)
                        || start.at() < first.at()
                        || (start.at() == first.at() && start.probe() && !first.probe());
            case Answer.No no ->
                best instanceof Answer.No first
                        && (isStop(no) == isStop(first)
                                ? no.retryAfter().compareTo(first.retryAfter()) < 0
                                : isStop(first));
        };
    }

    private static boolean isStop(Answer.No no) {
        return no.reply() instanceof Permit.Stopped;
    }

    @Override
    public Permit depart(Granted permit, Purchase purchase) {
        return locked(now -> {
            MemoryAccount account = account(permit.account());
            if (!account.forgetPlan(permit.token())) {
                // It may have departed already, and then its call still holds its place.
                return account.lapsed(permit.lane(), now);
            }
            return depart(permit.token(), permit.lane(), purchase.billedTo(permit.account()), now);
        });
    }

    @Override
    public Permit redepart(Departed call) {
        return locked(now -> {
            MemoryAccount account = accountOf(call);
            if (!account.cancelStamp(call.token()) && !account.forgetPlan(call.token())) {
                return account.lapsed(call.lane(), now);
            }
            return depart(call.token(), call.lane(), call.purchase(), now);
        });
    }

    private Permit depart(String token, Lane lane, Purchase purchase, long now) {
        MemoryAccount account = account(purchase.account());
        Optional<Permit.Denied> paused = account.denyInCoolDown(token, now);
        if (paused.isPresent()) {
            return paused.get();
        }
        boolean buys = !purchase.isOfNothing();
        Permit.Refused refused = buys ? receipts.refusal(purchase, token, clock.instant()) : null;
        if (refused != null) {
            account.giveBackPlace(token);
            return refused;
        }
        MemoryAccount.Departure departure = account.depart(token, lane, buys, now);
        if (departure.denied().isPresent()) {
            return departure.denied().get();
        }
        Instant at = clock.instant().plus(departure.startsIn());
        if (buys) {
            receipts.open(purchase, token, at);
        }
        return new Departed(token, lane, purchase, at, departure.startsIn());
    }

    @Override
    public void restamp(Departed call) {
        locked(now -> {
            MemoryAccount account = accountOf(call);
            boolean unused = account.cancelStamp(call.token());
            account.stamp(call.token(), call.lane(), !call.purchase().isOfNothing(), now);
            return call;
        });
    }

    @Override
    public void release(Granted permit) {
        locked(now -> {
            MemoryAccount account = account(permit.account());
            boolean unused = account.forgetPlan(permit.token());
            account.giveBackPlace(permit.token());
            return permit;
        });
    }

    @Override
    public void stop(String account, LaneStop.Reason reason) {
        locked(now -> {
            account(account).stop(reason);
            return reason;
        });
    }

    @Override
    public Optional<Permit.Refused> refusal(Purchase purchase) {
        return locked(now -> {
            Permit.Refused refused = receipts.refusal(purchase, "", clock.instant());
            return refused == null ? receipts.rejection(purchase.key(), clock.instant()) : Optional.of(refused);
        });
    }

    @Override
    public Holding hold(Departed call) {
        return locked(now -> receipts.hold(call, clock.instant()));
    }

    @Override
    public Settlement settle(Departed call, CallOutcome outcome) {
        return locked(now -> {
            MemoryAccount account = accountOf(call);
            account.learn(call, outcome);
            return receipts.settle(
                    call, outcome, clock.instant(), () -> account.countUnusable(outcome, rules.maxUnusable()));
        });
    }

    @Override
    public Optional<Resumed> resume(Purchase purchase, Lane lane) {
        return locked(now -> {
            String token = Long.toString(++sequence);
            Instant instant = clock.instant();
            Optional<Receipt> open = receipts.find(purchase.key(), instant);
            Optional<Resumed> resumed = receipts.resume(purchase, lane, token, instant);
            if (resumed.isPresent()) {
                accountOf(resumed.get().call()).movePlace(open.get().token(), token, lane, now);
            }
            return resumed;
        });
    }

    @Override
    public void keepTicket(Departed call, String ticket) {
        locked(now -> {
            receipts.keepTicket(call, ticket);
            return call;
        });
    }

    @Override
    public void noteDeleted(ImageKey key, Duration period) {
        locked(now -> {
            receipts.noteDeleted(key, period, clock.instant());
            return key;
        });
    }

    @Override
    public boolean isDeleted(ImageKey key) {
        return locked(now -> receipts.isDeleted(key, clock.instant()));
    }

    @Override
    public boolean allowAnother(ImageKey key) {
        return locked(now -> receipts.allowAnother(key, clock.instant()));
    }

    @Override
    public Optional<Receipt> find(ImageKey key) {
        return locked(now -> receipts.find(key, clock.instant()));
    }

    @Override
    public List<Receipt> list() {
        return locked(now -> receipts.list(clock.instant()));
    }

    /**
     * Does the work under the lock, and returns when its changes of receipts survive a crash. The lock is released before
     * the wait for the disk, so that other calls need not wait for the disk, too.
     */
    private <T> T locked(LongFunction<T> work) {
        T answer;
        CompletableFuture<?> written;
        lock.lock();
        try {
            answer = work.apply(advance());
            written = receipts.takeWrites();
        } finally {
            lock.unlock();
        }
        try {
            Object unused = written.join();
        } catch (CompletionException notWritten) {
            throw new FleetUnavailableException("A receipt cannot be written to disk.", notWritten.getCause());
        }
        return answer;
    }

    @Override
    public boolean lower(String account, int calls, Duration window) {
        return locked(now -> account(account).lower(calls, window, now));
    }

    @Override
    public void coolDown(String account, Duration wait) {
        locked(now -> {
            account(account).coolDown(wait, now);
            return wait;
        });
    }

    @Override
    public LimiterStatus status() {
        return locked(now -> new LimiterStatus(limits.byName().keySet().stream()
                .map(name -> account(name).status(name, now))
                .toList()));
    }

    private long advance() {
        long now = nanoTime.getAsLong() - origin;
        accounts.values().forEach(account -> account.advanceTo(now));
        receipts.sweep(clock.instant());
        return now;
    }
}
