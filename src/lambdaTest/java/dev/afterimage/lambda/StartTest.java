package dev.afterimage.lambda;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.arc.Arc;
import io.quarkus.arc.InjectableContext;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Singleton;
import java.lang.annotation.Annotation;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A start creates only the beans that every function needs; the first event that uses another creates it. */
@QuarkusTest
@TestProfile(StartTest.OnAws.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StartTest {

    /** Beans that observe the start or dispatch events. Each addition slows every cold start. */
    private static final Set<String> AT_START = Set.of(
            "dev.afterimage.pipeline.Drain",
            "dev.afterimage.http.ReceiveDeadline",
            "dev.afterimage.http.auth.AccessGate",
            "dev.afterimage.http.auth.AccessGate$Rules",
            "dev.afterimage.http.RequestPrelude",
            "dev.afterimage.http.ConsoleRoutes",
            "dev.afterimage.http.ConsoleRoutes$ConsoleSwitch",
            "dev.afterimage.http.problem.ProblemResponses",
            "dev.afterimage.http.problem.Problems",
            "dev.afterimage.http.problem.FailureHandlers",
            "dev.afterimage.lambda.GatewayIdentity",
            "dev.afterimage.lambda.LambdaEntry",
            "dev.afterimage.limit.AccountLimits",
            "dev.afterimage.metrics.Meters",
            "dev.afterimage.provider.TemplateProviders",
            "dev.afterimage.time.Machine",
            "dev.afterimage.time.Pause",
            "dev.afterimage.wiring.CatalogueSchedules",
            "dev.afterimage.wiring.IdentityCheck",
            "dev.afterimage.wiring.Lifecycle",
            "dev.afterimage.wiring.WarmUp",
            "java.time.Clock");

    @Test
    @Order(1)
    void startCreatesOnlyTheExpectedBeans() {
        assertThat(AT_START).containsAll(made("dev.afterimage"));
        assertThat(made("software.amazon.awssdk")).isEmpty();
    }

    @Test
    @Order(2)
    void requestCreatesNeitherWorkerNorPlannerNorAwsClients() {
        String unknown = "/v1/images/" + "0".repeat(64);
        given().body(Events.http("GET", unknown, null)).post("/_lambda_").then().statusCode(200);

        assertThat(made("dev.afterimage"))
                .hasSizeGreaterThan(AT_START.size())
                .noneMatch(name -> name.matches(".*\\.(Worker|CatalogueRunner|Planner|CatalogueSource|BatchIntake)"));
    }

    /** The types of the beans that there are instances of. */
    private static Set<String> made(String packages) {
        Set<String> names = new TreeSet<>();
        for (Class<? extends Annotation> scope :
                Set.<Class<? extends Annotation>>of(Singleton.class, ApplicationScoped.class)) {
            InjectableContext context = Arc.container().getActiveContext(scope);
            names.addAll(context.getState().getContextualInstances().keySet().stream()
                    .filter(bean -> bean.getBeanClass().getName().startsWith(packages)
                            || bean.getImplementationClass().getName().startsWith(packages))
                    .map(bean -> bean.getImplementationClass().getName())
                    .collect(Collectors.toSet()));
        }
        return names;
    }

    /** As template.yaml sets the API function up; nothing is asked at these addresses while it starts. */
    public static final class OnAws implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "aws.lambda.function.name", "afterimage",
                    "afterimage.backend", "aws",
                    "afterimage.s3.bucket", "images",
                    "afterimage.sqs.interactive-queue-url", "http://localhost:1/1/interactive",
                    "afterimage.sqs.bulk-queue-url", "http://localhost:1/1/bulk",
                    "afterimage.sqs.dead-letter-queue-url", "http://localhost:1/1/dead",
                    "afterimage.delivery.base-url", "https://cdn.example",
                    "quarkus.redis.hosts", "redis://localhost:1");
        }
    }
}
