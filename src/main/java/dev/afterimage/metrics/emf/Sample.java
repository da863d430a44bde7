package dev.afterimage.metrics.emf;

import io.micrometer.core.instrument.Meter;
import java.util.List;

/**
 * What one meter has to say.
 *
 * @param unit a CloudWatch unit
 * @param values each one observation; a gauge or a counter has one
 */
record Sample(Meter.Id meter, String unit, List<Double> values) {

    Sample {
        values = List.copyOf(values);
    }
}
