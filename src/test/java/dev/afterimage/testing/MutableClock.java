package dev.afterimage.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until a test moves it. */
public final class MutableClock extends Clock {

    private final AtomicReference<Instant> now;

    public MutableClock(Instant start) {
        now = new AtomicReference<>(start);
    }

    /** At noon of an ordinary day. */
    public MutableClock() {
        this(Instant.parse("2026-03-04T12:00:00Z"));
    }

    /** At a fixed, whole second. */
    public static MutableClock atSomeTime() {
        return new MutableClock(Instant.parse("2025-06-15T10:00:00Z"));
    }

    public void advance(Duration step) {
        now.updateAndGet(before -> before.plus(step));
    }

    public void advanceTo(Instant then) {
        now.set(then);
    }

    /** The same time as a count of nanoseconds, for those who measure with {@link System#nanoTime}. */
    public long nanoTime() {
        return Duration.between(Instant.EPOCH, now.get()).toNanos();
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
