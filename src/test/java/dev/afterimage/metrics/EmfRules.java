package dev.afterimage.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rules of the Amazon CloudWatch User Guide, "Specification: Embedded metric format", as far as they can be checked. */
final class EmfRules {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> UNITS = Set.of("Seconds", "Milliseconds", "Count", "None");
    private static final int LARGEST_EVENT = 256 * 1024;

    private EmfRules() {}

    /** Parses one document a line and asserts that each keeps the rules. */
    static List<JsonNode> documents(CharSequence lines) {
        return lines.toString().lines().map(EmfRules::checked).toList();
    }

    private static JsonNode checked(String line) {
        assertThat(line.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(LARGEST_EVENT);
        JsonNode root = parse(line);
        JsonNode metadata = root.path("_aws");
        assertThat(metadata.path("Timestamp").isIntegralNumber()).isTrue();
        assertThat(metadata.path("CloudWatchMetrics")).isNotEmpty();
        metadata.path("CloudWatchMetrics").forEach(directive -> check(directive, root));
        return root;
    }

    private static void check(JsonNode directive, JsonNode root) {
        assertThat(directive.path("Namespace").asText()).hasSizeBetween(1, 255);
        assertThat(directive.path("Dimensions")).isNotEmpty();
        directive.path("Dimensions").forEach(set -> {
            assertThat(set.isArray()).isTrue();
            assertThat(set.size()).isLessThanOrEqualTo(30);
            set.forEach(dimension ->
                    assertThat(root.path(dimension.asText()).isTextual()).isTrue());
        });
        JsonNode metrics = directive.path("Metrics");
        assertThat(metrics.size()).isBetween(1, 100);
        Set<String> names = new HashSet<>();
        metrics.forEach(metric -> {
            assertThat(names.add(metric.path("Name").asText())).isTrue();
            assertThat(UNITS).contains(metric.path("Unit").asText());
            checkValue(root.path(metric.path("Name").asText()));
        });
    }

    private static void checkValue(JsonNode value) {
        if (value.isArray()) {
            assertThat(value.size()).isBetween(1, 100);
            value.forEach(element -> assertThat(element.isNumber()).isTrue());
        } else {
            assertThat(value.isNumber()).isTrue();
        }
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + line, e);
        }
    }
}
