package dev.afterimage.metrics;

import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.limit.ProviderLimiter.LimiterStatus;
import dev.afterimage.limit.Purchase;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Decorator: counts permits by lane and answer, traces them, and counts the pauses that the provider asked for. */
public final class MeteredLimiter implements ProviderLimiter {

    private final Meters meters;
    private final ProviderLimiter next;

    public MeteredLimiter(Meters meters, ProviderLimiter next) {
        this.meters = meters;
        this.next = next;
    }

    @Override
    public Permit acquire(List<String> accounts, Lane lane, Duration patience) {
        return acquired(lane, () -> next.acquire(accounts, lane, patience));
    }

    @Override
    public Permit acquirePoll(String account, Lane lane, Duration patience) {
        return acquired(lane, () -> next.acquirePoll(account, lane, patience));
    }

    private Permit acquired(Lane lane, Supplier<Permit> limiter) {
        Permit permit = meters.spans().during(Spans.PERMIT, Spans.LANE, Meters.word(lane), limiter);
        count(lane, permit instanceof Permit.Granted ? "granted" : "denied");
        return permit;
    }

    @Override
    public Permit depart(Permit.Granted permit, Purchase purchase) {
        return departed(
                permit.lane(),
                meters.spans()
                        .during(
                                Spans.DEPARTURE,
                                Spans.KEY,
                                purchase.key().value(),
                                () -> next.depart(permit, purchase)));
    }

    @Override
    public Permit redepart(Permit.Departed call) {
        return departed(call.lane(), next.redepart(call));
    }

    private Permit departed(Lane lane, Permit permit) {
        switch (permit) {
            case Permit.Denied denied -> count(lane, "lapsed");
            case Permit.Refused refused -> count(lane, "refused");
            default -> {}
        }
        return permit;
    }

    @Override
    public void restamp(Permit.Departed call) {
        count(call.lane(), "late");
        next.restamp(call);
    }

    @Override
    public void release(Permit.Granted permit) {
        next.release(permit);
    }

    @Override
    public void stop(String account, LaneStop.Reason reason) {
        next.stop(account, reason);
    }

    @Override
    public boolean lower(String account, int calls, Duration window) {
        boolean lower = next.lower(account, calls, window);
        if (lower) {
            meters.loweredLimits().increment();
        }
        return lower;
    }

    @Override
    public void coolDown(String account, Duration wait) {
        meters.coolDowns().increment();
        next.coolDown(account, wait);
    }

    @Override
    public LimiterStatus status() {
        return next.status();
    }

    private void count(Lane lane, String answer) {
        meters.permits(Meters.word(lane), answer).increment();
    }
}
