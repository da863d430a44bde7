package dev.afterimage.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Some of a registry's meters, always in the same order. They are picked and sorted again only when the registry has got or
 * lost one: an invocation that is answered in less than a millisecond would spend a tenth of it on that.
 */
final class WantedMeters {

    private final MeterRegistry registry;
    private final String prefix;
    private final Predicate<String> wanted;
    private final AtomicLong changes = new AtomicLong();
    private volatile Picked picked = new Picked(-1, false, List.of());

    /**
     * The meters that were picked last.
     *
     * @param change the number of changes of the registry at that time
     * @param settled whether they were picked at least twice since that change. Once is not enough, because a registry may
     *     report a new meter shortly before it lists the meter
     */
    private record Picked(long change, boolean settled, List<Meter> meters) {}

    /**
     * The meters whose name begins with a prefix and is wanted.
     *
     * @param wanted tests the rest of a name, behind the prefix
     */
    WantedMeters(MeterRegistry registry, String prefix, Predicate<String> wanted) {
        this.registry = registry;
        this.prefix = prefix;
        this.wanted = wanted;
        registry.config()
                .onMeterAdded(added -> changes.incrementAndGet())
                .onMeterRemoved(removed -> changes.incrementAndGet());
    }

    List<Meter> all() {
        long change = changes.get();
        boolean changed = picked.change() != change;
        if (changed || !picked.settled()) {
            picked = new Picked(
                    change,
                    !changed,
                    registry.getMeters().stream()
                            .filter(meter -> isWanted(meter.getId()))
                            .sorted(Comparator.comparing(meter -> meter.getId().toString()))
                            .toList());
        }
        return picked.meters();
    }

    private boolean isWanted(Meter.Id meter) {
        return meter.getName().startsWith(prefix)
                && wanted.test(meter.getName().substring(prefix.length()))
                // Buckets and percentiles that some registries derive from a timer as gauges of their own.
                && meter.syntheticAssociation() == null;
    }
}
