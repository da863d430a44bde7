package dev.afterimage.limit;

import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Granted;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What one instance may do by itself, counted in its memory. Its permits carry a mark, so that they are told from those of the
 * fleet's limiter.
 */
final class ShareLimiter implements ProviderLimiter {

    /** Starts are given so shortly before only: whoever waits for one comes again, and looks for the fleet's limiter first. */
    static final Duration LONGEST_RETRY = Duration.ofMillis(250);

    private static final String MARK = "emergency:";

    private final ProviderLimiter counted;

    ShareLimiter(Limits share, LongSupplier nanoTime) {
        this.counted = new MemoryLimiter(share, nanoTime);
    }

    /** Whether a permit is one of the share's. */
    static boolean gave(Granted permit) {
        return permit.token().startsWith(MARK);
    }

    static Duration atMostLongestRetry(Duration wait) {
        return wait.compareTo(LONGEST_RETRY) < 0 ? wait : LONGEST_RETRY;
    }

    @Override
    public Permit acquire(Lane lane, Duration patience) {
        return switch (counted.acquire(lane, atMostLongestRetry(patience))) {
            case Granted granted -> marked(granted);
            case Denied denied
            when denied.retryAfter().compareTo(patience) <= 0 ->
                new Denied(atMostLongestRetry(denied.retryAfter()), denied.reason());
            case Denied denied -> denied;
        };
    }

    @Override
    public Permit depart(Granted permit) {
        Permit answer = counted.depart(unmarked(permit));
        return answer instanceof Granted granted ? marked(granted) : answer;
    }

    @Override
    public void restamp(Granted permit) {
        counted.restamp(unmarked(permit));
    }

    @Override
    public void release(Granted permit) {
        counted.release(unmarked(permit));
    }

    @Override
    public void coolDown(Duration wait) {
        counted.coolDown(wait);
    }

    @Override
    public LimiterStatus status() {
        return counted.status();
    }

    private static Granted marked(Granted permit) {
        return new Granted(MARK + permit.token(), permit.lane(), permit.startsIn());
    }

    private static Granted unmarked(Granted permit) {
        return new Granted(permit.token().substring(MARK.length()), permit.lane(), permit.startsIn());
    }
}
