package dev.afterimage.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

class WantedMetersTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final WantedMeters meters = new WantedMeters(registry, "ours.", name -> !name.startsWith("queue."));

    @Test
    void wantedMetersAreListedInOrder() {
        registry.counter("ours.b");
        registry.counter("ours.a", "lane", "bulk");
        registry.counter("ours.queue.depth");
        registry.counter("theirs.a");
        assertThat(names()).containsExactly("ours.a", "ours.b");
    }

    @Test
    void aMeterAddedLaterIsListed() {
        registry.counter("ours.b");
        assertThat(names()).containsExactly("ours.b");
        registry.counter("ours.a");
        assertThat(names()).containsExactly("ours.a", "ours.b");
    }

    @Test
    void aRemovedMeterIsNotListed() {
        registry.counter("ours.b");
        assertThat(names()).hasSize(1);
        registry.clear();
        assertThat(names()).isEmpty();
    }

    private List<String> names() {
        return meters.all().stream().map(meter -> meter.getId().getName()).toList();
    }
}
