package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Exactly the metrics that alarms and dashboard read are sent to CloudWatch. */
class CloudWatchMetricsTest {

    private static final Pattern OF_AN_ALARM =
            Pattern.compile("Namespace: !Ref MetricsNamespace\\s+MetricName: (\\S+)");
    private static final Pattern OF_THE_DASHBOARD = Pattern.compile("\"\\$\\{MetricsNamespace}\", \"([^\"]+)\"");

    @Test
    void metricsOfTheTemplatesAreExactlyThoseThatAreSent() throws IOException {
        String template = Files.readString(Path.of("infra", "observability.yaml"));

        Set<String> read = Stream.of(OF_AN_ALARM, OF_THE_DASHBOARD)
                .flatMap(pattern -> pattern.matcher(template).results())
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(MetricsWiring.ON_CLOUDWATCH).containsExactlyInAnyOrderElementsOf(read);
    }

    @Test
    void hitRatioCountsInteractiveRequestsOnly() throws IOException {
        String template = Files.readString(Path.of("infra", "observability.yaml"));
        String alarm = template.substring(template.indexOf("  HitRatioLow:"), template.indexOf("  RequestsFail:"));

        assertThat(Pattern.compile("Dimensions: (.+)").matcher(alarm).results().map(MatchResult::group))
                .hasSize(5)
                .allMatch(dimensions -> dimensions.contains("{ Name: lane, Value: interactive }"));
    }
}
