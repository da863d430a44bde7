package dev.afterimage.metrics.emf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One document of the embedded metric format: metrics that share their dimensions, at one moment. Source of its rules:
 * Amazon CloudWatch User Guide, "Specification: Embedded metric format".
 */
final class EmfDocument {

    static final int MOST_METRICS = 100;
    static final int MOST_VALUES = 100;
    static final int MOST_DIMENSIONS = 30;

    private final ObjectNode root = JsonNodeFactory.instance.objectNode();

    /**
     * A document.
     *
     * @param dimensions at most {@value #MOST_DIMENSIONS}; their names and values are part of each metric's identity
     * @param metrics at most {@value #MOST_METRICS}, by name, each with at most {@value #MOST_VALUES} values
     */
    EmfDocument(String namespace, Instant time, List<Tag> dimensions, Map<String, Sample> metrics) {
        if (dimensions.size() > MOST_DIMENSIONS || metrics.size() > MOST_METRICS) {
            throw new IllegalArgumentException("A document has at most " + MOST_METRICS + " metrics with at most "
                    + MOST_DIMENSIONS + " dimensions");
        }
        ObjectNode metadata = root.putObject("_aws");
        metadata.put("Timestamp", time.toEpochMilli());
        ObjectNode directive = metadata.putArray("CloudWatchMetrics").addObject();
        directive.put("Namespace", namespace);
        ArrayNode dimensionSet = directive.putArray("Dimensions").addArray();
        for (Tag dimension : dimensions) {
            dimensionSet.add(dimension.getKey());
            root.put(dimension.getKey(), dimension.getValue());
        }
        ArrayNode definitions = directive.putArray("Metrics");
        metrics.forEach((name, sample) -> {
            definitions.addObject().put("Name", name).put("Unit", sample.unit());
            put(name, sample.values());
        });
    }

    private void put(String name, List<Double> values) {
        if (values.size() > MOST_VALUES) {
            throw new IllegalArgumentException("A metric has at most " + MOST_VALUES + " values in a document");
        }
        if (values.size() == 1) {
            root.put(name, values.getFirst());
        } else {
            ArrayNode array = root.putArray(name);
            values.forEach(array::add);
        }
    }

    /** The document on one line, as CloudWatch Logs wants an event. */
    @Override
    public String toString() {
        return root.toString();
    }
}
