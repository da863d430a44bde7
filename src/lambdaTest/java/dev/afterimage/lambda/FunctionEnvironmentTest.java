package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.DurationConverter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What template.yaml puts into the environment of the functions, where a setting depends on another one. */
class FunctionEnvironmentTest {

    private static final List<String> FUNCTIONS = List.of("ApiFunction", "WorkerFunction", "PlannerFunction");

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void aJobIsQueuedWithinTheDeadline(int deadline) throws IOException {
        Map<String, String> environment =
                template(Map.of("AnswerDeadline", Integer.toString(deadline))).environment("ApiFunction");

        assertThat(duration(environment, "AFTERIMAGE_SQS_ATTEMPT_TIMEOUT"))
                .isLessThan(duration(environment, "AFTERIMAGE_SQS_TIMEOUT"));
        assertThat(duration(environment, "AFTERIMAGE_SQS_TIMEOUT"))
                .isLessThan(duration(environment, "AFTERIMAGE_HTTP_DEADLINE"));
    }

    /** A bug: an empty variable replaced the number that a description gives. */
    @Test
    void whatADescriptionLimitsIsNoEmptyVariable() throws IOException {
        for (String function : FUNCTIONS) {
            Map<String, String> environment = template(Map.of()).environment(function);
            for (String limit : List.of("RATE", "RATE_WINDOW", "CONCURRENCY", "TIMEOUT")) {
                assertThat(environment).doesNotContainEntry("AFTERIMAGE_PROVIDER_" + limit, "");
            }
            assertThat(template(Map.of("ProviderConcurrency", "7")).environment(function))
                    .containsEntry("AFTERIMAGE_PROVIDER_CONCURRENCY", "7");
        }
    }

    /** The longest call, once more for a URL or a job, and time to wait; see the template's mapping. */
    @ParameterizedTest
    @ValueSource(ints = {10, 20, 30, 60, 90, 120, 180})
    void invocationsOutlastTheLongestCall(int timeout) throws IOException {
        Template template = template(Map.of("ProviderTimeout", Integer.toString(timeout)));
        Duration longestCall = Duration.ofSeconds(5 + timeout).multipliedBy(2);

        assertThat(template.timeout("ApiFunction")).isEqualTo(longestCall.plusSeconds(10));
        assertThat(template.timeout("WorkerFunction"))
                .isEqualTo(longestCall.plusSeconds(60))
                .isLessThan(Duration.ofSeconds(900));
        assertThat(duration(template.environment("WorkerFunction"), "AFTERIMAGE_PREGENERATION_VISIBILITY_TIMEOUT"))
                .isEqualTo(template.timeout("WorkerFunction").multipliedBy(6));
    }

    private static Duration duration(Map<String, String> environment, String name) {
        return new DurationConverter().convert(environment.get(name));
    }

    private static Template template(Map<String, String> parameters) throws IOException {
        Map<String, String> resources = new HashMap<>();
        for (String resource : List.of(
                "AWS::StackName",
                "BulkQueue",
                "Cache.Outputs.AuthSecretArn",
                "Cache.Outputs.Hosts",
                "DeadLetterQueue",
                "Delivery.Outputs.BaseUrl",
                "Delivery.Outputs.BucketName",
                "Delivery.Outputs.SigningKeyArn",
                "InteractiveQueue",
                "LinkSecrets",
                "ProviderApiKey")) {
            resources.put(resource, resource);
        }
        return Template.read(Path.of("template.yaml"), parameters, resources);
    }
}
