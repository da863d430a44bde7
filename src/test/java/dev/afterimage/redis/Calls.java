package dev.afterimage.redis;

import static dev.afterimage.testing.Limiters.ONE;

import dev.afterimage.limit.DepartureLog;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Limits;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Permit.Denied;
import dev.afterimage.limit.Permit.Departed;
import dev.afterimage.limit.Permit.Granted;
import dev.afterimage.limit.Permit.Reason;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.testing.Purchases;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client that calls a provider in real time, as its limiter allows. */
final class Calls {

    private Calls() {}

    static void pause(Duration duration) throws InterruptedException {
        if (duration.isPositive()) {
            boolean never = new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** One call after the other, each when it may leave, until {@code end}. */
    static @Nullable Void callUntil(long end, ProviderLimiter limiter, Lane lane, DepartureLog log)
            throws InterruptedException {
        while (System.nanoTime() < end) {
            switch (limiter.acquire(ONE, lane, Duration.ofSeconds(30))) {
                case Denied denied -> pause(denied.retryAfter());
                case Granted granted -> {
                    pause(granted.startsIn().minusMillis(25));
                    depart(limiter, granted, log);
                }
                case Permit other -> throw new IllegalStateException(other.toString());
            }
        }
        return null;
    }

    private static void depart(ProviderLimiter limiter, Granted permit, DepartureLog log) throws InterruptedException {
        Permit answer = limiter.depart(permit, Purchases.next());
        while (true) {
            switch (answer) {
                case Departed stamped -> {
                    long latest = System.nanoTime()
                            + stamped.startsIn().plus(Limits.JITTER).toNanos();
                    pause(stamped.startsIn());
                    long now = System.nanoTime();
                    if (now <= latest) {
                        synchronized (log) {
                            log.add(now);
                        }
                        return;
                    }
                    answer = limiter.redepart(stamped);
                }
                case Denied denied -> {
                    if (denied.reason() != Reason.RATE) {
                        return;
                    }
                    pause(denied.retryAfter().minusMillis(25));
                    answer = limiter.depart(permit, Purchases.next());
                }
                case Permit other -> throw new IllegalStateException(other.toString());
            }
        }
    }
}
