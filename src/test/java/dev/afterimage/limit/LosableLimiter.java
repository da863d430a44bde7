package dev.afterimage.limit;

import dev.afterimage.limit.Permit.Granted;
import java.time.Duration;
import java.util.function.Supplier;

/** A limiter that can be out of reach. */
final class LosableLimiter implements ProviderLimiter {
    private final ProviderLimiter next;
    boolean lost;
    Runnable onStatus = () -> {};

    LosableLimiter(ProviderLimiter next) {
        this.next = next;
    }

    private <T> T unlessLost(Supplier<T> answer) {
        if (lost) {
            throw new LimiterUnavailableException("lost", new IllegalStateException());
        }
        return answer.get();
    }

    @Override
    public Permit acquire(Lane lane, Duration patience) {
        return unlessLost(() -> next.acquire(lane, patience));
    }

    @Override
    public Permit depart(Granted permit) {
        return unlessLost(() -> next.depart(permit));
    }

    @Override
    public void restamp(Granted permit) {
        unlessLost(() -> {
            next.restamp(permit);
            return permit;
        });
    }

    @Override
    public void release(Granted permit) {
        unlessLost(() -> {
            next.release(permit);
            return permit;
        });
    }

    @Override
    public void coolDown(Duration wait) {
        unlessLost(() -> {
            next.coolDown(wait);
            return wait;
        });
    }

    @Override
    public LimiterStatus status() {
        onStatus.run();
        return unlessLost(next::status);
    }
}
