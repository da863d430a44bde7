package dev.afterimage.simulation;

import dev.afterimage.generation.guard.BreakerGuard;
import dev.afterimage.generation.guard.CallGuard;
import dev.afterimage.generation.guard.LocalRateLimit;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.testing.Retrying;
import dev.afterimage.time.Machine;
import dev.afterimage.wiring.WiredProcess.Guards;
import dev.afterimage.wiring.WiredProcess.Settings;
import io.smallrye.faulttolerance.api.RateLimit;
import io.smallrye.faulttolerance.api.RateLimitException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;
import org.eclipse.microprofile.faulttolerance.Timeout;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;

/**
 * SmallRye's circuit breaker, bulkhead and time-out over simulated time. Their figures are read from the annotations, and from
 * the settings that replace them.
 */
final class SimulatedGuards {

    private static final String PREFIX = "quarkus.fault-tolerance.\"";

    private SimulatedGuards() {}

    static Guards of(Settings settings, SimulatedMachine machine) {
        return new Guards(
                new Retrying(machine.machine().pause()),
                new BreakerByApi(machine.machine()),
                new TimeLimitedBulkhead(settings, machine),
                new Limiting(settings, machine.machine()));
    }

    private static Method method(Class<?> guard, String name) {
        return Stream.of(guard.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static long figure(Settings settings, Method guard, String name, long annotated) {
        String key = PREFIX + guard.getDeclaringClass().getName() + "/" + guard.getName() + "\"." + name;
        return settings.config().getOptionalValue(key, Long.class).orElse(annotated);
    }

    private static Duration unit(Settings settings, Method guard, String name, ChronoUnit annotated) {
        String key = PREFIX + guard.getDeclaringClass().getName() + "/" + guard.getName() + "\"." + name;
        return settings.config()
                .getOptionalValue(key, String.class)
                .map(unit -> ChronoUnit.valueOf(unit.toUpperCase(java.util.Locale.ROOT)))
                .orElse(annotated)
                .getDuration();
    }

    /** A circuit breaker for each API. */
    private static final class BreakerByApi extends BreakerGuard {
        private final Machine machine;
        private final Map<String, Circuit> byApi = new HashMap<>();

        private BreakerByApi(Machine machine) {
            this.machine = machine;
        }

        @Override
        public GeneratedImage call(String api, Callable<GeneratedImage> work) throws Exception {
            return byApi.computeIfAbsent(api, any -> new Circuit(machine)).call(work);
        }
    }

    /**
     * A circuit breaker over a rolling window of calls: open for the delay, then half open for some trials, which must
     * succeed.
     */
    private static final class Circuit {
        private static final CircuitBreaker FIGURES = BreakerGuard.Figures.annotated();
        private static final long DELAY =
                Duration.of(FIGURES.delay(), FIGURES.delayUnit()).toNanos();
        private final Machine machine;
        private final Deque<Boolean> failed = new ArrayDeque<>();
        private boolean open;
        private boolean halfOpen;
        private long openedAt;
        private int trials;
        private int successes;

        private Circuit(Machine machine) {
            this.machine = machine;
        }

        private GeneratedImage call(Callable<GeneratedImage> work) throws Exception {
            if (open && machine.nanoTime().getAsLong() - openedAt >= DELAY) {
                open = false;
                halfOpen = true;
                trials = 0;
                successes = 0;
            }
            if (open || (halfOpen && trials >= FIGURES.successThreshold())) {
                throw new CircuitBreakerOpenException("simulated");
            }
            if (halfOpen) {
                trials++;
            }
            try {
                GeneratedImage image = work.call();
                ended(false);
                return image;
            } catch (Exception failure) {
                ended(isAny(FIGURES.failOn(), failure) && !isAny(FIGURES.skipOn(), failure));
                throw failure;
            }
        }

        private static boolean isAny(Class<? extends Throwable>[] kinds, Exception failure) {
            return Stream.of(kinds).anyMatch(kind -> kind.isInstance(failure));
        }

        private void ended(boolean badly) {
            if (halfOpen) {
                if (badly) {
                    trip();
                } else if (++successes >= FIGURES.successThreshold()) {
                    halfOpen = false;
                    failed.clear();
                }
                return;
            }
            failed.addLast(badly);
            if (failed.size() > FIGURES.requestVolumeThreshold()) {
                failed.removeFirst();
            }
            long bad = failed.stream().filter(one -> one).count();
            if (failed.size() == FIGURES.requestVolumeThreshold()
                    && bad >= FIGURES.failureRatio() * FIGURES.requestVolumeThreshold()) {
                trip();
            }
        }

        private void trip() {
            halfOpen = false;
            open = true;
            openedAt = machine.nanoTime().getAsLong();
            failed.clear();
        }
    }

    /** The bulkhead in its time-out: a late call is interrupted, and fails as late whatever it does then. */
    private static final class TimeLimitedBulkhead extends CallGuard {
        private static final Method GUARD = method(CallGuard.class, "call");
        private final SimulatedMachine machine;
        private final Duration timeout;
        private final long places;
        private long taken;

        private TimeLimitedBulkhead(Settings settings, SimulatedMachine machine) {
            this.machine = machine;
            Timeout annotated = GUARD.getAnnotation(Timeout.class);
            this.timeout = unit(settings, GUARD, "timeout.unit", annotated.unit())
                    .multipliedBy(figure(settings, GUARD, "timeout.value", annotated.value()));
            this.places = figure(
                    settings,
                    GUARD,
                    "bulkhead.value",
                    GUARD.getAnnotation(Bulkhead.class).value());
        }

        @Override
        public GeneratedImage call(Callable<GeneratedImage> work) throws Exception {
            if (taken >= places) {
                throw new BulkheadException("simulated");
            }
            taken++;
            Thread working = Thread.currentThread();
            boolean[] late = new boolean[1];
            boolean[] over = new boolean[1];
            Simulation.Timer timer = machine.after(timeout, () -> {
                if (!over[0]) {
                    late[0] = true;
                    working.interrupt();
                }
            });
            try {
                GeneratedImage image = work.call();
                over[0] = true;
                if (late[0]) {
                    throw new TimeoutException("simulated");
                }
                return image;
            } catch (Exception failure) {
                over[0] = true;
                if (late[0]) {
                    throw new TimeoutException("simulated");
                }
                throw failure;
            } finally {
                over[0] = true;
                timer.cancel();
                taken--;
                if (late[0]) {
                    Thread.interrupted();
                }
            }
        }
    }

    private static final class Limiting extends LocalRateLimit {
        private static final Method GUARD = method(LocalRateLimit.class, "pass");
        private final Machine machine;
        private final long most;
        private final long window;
        private long begun = Long.MIN_VALUE / 2;
        private long passed;

        private Limiting(Settings settings, Machine machine) {
            this.machine = machine;
            RateLimit annotated = GUARD.getAnnotation(RateLimit.class);
            this.most = figure(settings, GUARD, "rate-limit.value", annotated.value());
            this.window = unit(settings, GUARD, "rate-limit.window-unit", annotated.windowUnit())
                    .multipliedBy(figure(settings, GUARD, "rate-limit.window", annotated.window()))
                    .toNanos();
        }

        @Override
        public void pass() {
            long now = machine.nanoTime().getAsLong();
            if (now - begun >= window) {
                begun = now;
                passed = 0;
            }
            if (passed >= most) {
                throw new RateLimitException(
                        Duration.ofNanos(begun + window - now).toMillis());
            }
            passed++;
        }
    }
}
