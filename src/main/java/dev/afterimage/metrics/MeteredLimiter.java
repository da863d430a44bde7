package dev.afterimage.metrics;

import dev.afterimage.limit.Lane;
import dev.afterimage.limit.LimiterStatus;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.ProviderLimiter;
import java.time.Duration;
import java.util.Locale;

/** Decorator: counts permits by lane and answer, and the pauses that the provider asked for. */
public final class MeteredLimiter implements ProviderLimiter {

    private final Meters meters;
    private final ProviderLimiter next;

    public MeteredLimiter(Meters meters, ProviderLimiter next) {
        this.meters = meters;
        this.next = next;
    }

    @Override
    public Permit acquire(Lane lane, Duration patience) {
        Permit permit = next.acquire(lane, patience);
        switch (permit) {
            case Permit.Granted granted -> count(lane, "granted");
            case Permit.Denied denied -> count(lane, "denied");
        }
        return permit;
    }

    @Override
    public Permit depart(Permit.Granted permit) {
        Permit stamped = next.depart(permit);
        if (stamped instanceof Permit.Denied) {
            count(permit.lane(), "lapsed");
        }
        return stamped;
    }

    @Override
    public void restamp(Permit.Granted permit) {
        count(permit.lane(), "late");
        next.restamp(permit);
    }

    @Override
    public void release(Permit.Granted permit) {
        next.release(permit);
    }

    @Override
    public void coolDown(Duration wait) {
        meters.coolDowns().increment();
        next.coolDown(wait);
    }

    @Override
    public LimiterStatus status() {
        return next.status();
    }

    private void count(Lane lane, String answer) {
        meters.permits(lane.name().toLowerCase(Locale.ROOT), answer).increment();
    }
}
