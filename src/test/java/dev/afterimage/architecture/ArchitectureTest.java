package dev.afterimage.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.afterimage.time.Pause;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of the house: dependencies point inwards, and each technology has one place. */
class ArchitectureTest {

    private static final String[] CORE = {
        "dev.afterimage.time..",
        "dev.afterimage.image..",
        "dev.afterimage.cache..",
        "dev.afterimage.store..",
        "dev.afterimage.delivery..",
        "dev.afterimage.limit..",
        "dev.afterimage.singleflight..",
        "dev.afterimage.generation..",
        "dev.afterimage.pipeline..",
        "dev.afterimage.jobs..",
        "dev.afterimage.batch..",
        "dev.afterimage.catalogue..",
    };

    /** What the simulated fleet runs as it is. */
    private static final String[] SIMULATED =
            Stream.concat(Stream.of(CORE), Stream.of("dev.afterimage.redis..")).toArray(String[]::new);

    /** The ways of the JDK and of Caffeine around {@link dev.afterimage.time.Machine}. */
    private static final Set<String> FROM_THE_MACHINE = Set.of(
            "Thread.sleep",
            "Thread.join",
            "Thread.ofVirtual",
            "Thread.ofPlatform",
            "Thread.startVirtualThread",
            "TimeUnit.sleep",
            "Object.wait",
            "LockSupport.parkNanos",
            "LockSupport.parkUntil",
            "Condition.awaitNanos",
            "Condition.awaitUntil",
            "CompletableFuture.delayedExecutor",
            "System.nanoTime",
            "System.currentTimeMillis",
            "Instant.now",
            "Clock.systemUTC",
            "Ticker.systemTicker",
            "ThreadLocalRandom.current",
            "UUID.randomUUID",
            "Math.random",
            "Executors.newVirtualThreadPerTaskExecutor",
            "ForkJoinPool.commonPool");

    private static final String[] EDGES_OUT = {
        "dev.afterimage.local..", "dev.afterimage.redis..", "dev.afterimage.aws..", "dev.afterimage.provider..",
    };

    /** They may know each other: a function hands its requests to what answers those of connections. */
    private static final String[] EDGES_IN = {"dev.afterimage.http..", "dev.afterimage.lambda.."};

    /** In both builds; ArchUnit's own option knows only {@code target/test-classes}. */
    private static final ImportOption IN_TESTS = location -> location.contains("/test-classes/");

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(location -> !IN_TESTS.includes(location))
            .importPackages("dev.afterimage");

    @Test
    void coreDoesNotDependOnEdges() {
        check(noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(EDGES_OUT));
        check(noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(EDGES_IN));
        check(noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.afterimage.wiring..", "dev.afterimage.metrics.."));
    }

    @Test
    void coreDoesNotDependOnTechnologies() {
        check(noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quarkus..",
                        "io.vertx..",
                        "io.smallrye.mutiny..",
                        "io.micrometer..",
                        "jakarta.ws.rs..",
                        "software.amazon.."));
    }

    @Test
    void adaptersDoNotKnowEachOther() {
        check(slices().matching("dev.afterimage.(local|redis|aws|provider)..")
                .should()
                .notDependOnEachOther());
        check(noClasses()
                .that()
                .resideInAnyPackage(EDGES_IN)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(EDGES_OUT));
        check(noClasses()
                .that()
                .resideInAnyPackage(EDGES_OUT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(EDGES_IN));
    }

    @Test
    void featuresFormNoCycle() {
        check(slices().matching("dev.afterimage.(*)..").should().beFreeOfCycles());
    }

    @Test
    void eachTechnologyIsUsedByOnePackageOnly() {
        onlyIn("software.amazon..", "dev.afterimage.aws..", "dev.afterimage.wiring..");
        onlyIn("io.quarkus.redis..", "dev.afterimage.redis..", "dev.afterimage.wiring..");
        onlyIn("io.vertx.redis..", "dev.afterimage.redis..", "dev.afterimage.wiring..");
        onlyIn("jakarta.ws.rs..", "dev.afterimage.http..");
        onlyIn("io.micrometer..", "dev.afterimage.metrics..", "dev.afterimage.wiring..");
        onlyIn("io.opentelemetry..", "dev.afterimage.otel..");
        onlyIn("java.sql..", "dev.afterimage.local..");
        onlyIn("org.sqlite..", "dev.afterimage.local..");
        onlyIn("java.awt..", "dev.afterimage.provider.demo..");
    }

    @Test
    void onlyTheWiringKnowsBothSides() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("dev.afterimage.wiring..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.afterimage.wiring.."));
    }

    @Test
    void timeIsInjected() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("dev.afterimage.wiring..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(java.time.Clock.class, "systemUTC"));
    }

    /** They move a clock instead. Those that talk to real servers may ask the real one for the time. */
    @Test
    void testsDoNotSleep() {
        noClasses()
                .should()
                .callMethodWhere(describe(
                        "sleeps",
                        call -> Set.of("Thread.sleep", "TimeUnit.sleep")
                                .contains(call.getTargetOwner().getSimpleName() + "." + call.getName())))
                .check(new ClassFileImporter().withImportOption(IN_TESTS).importPackages("dev.afterimage"));
    }

    /** The simulated fleet repeats a run exactly because of this. */
    @Test
    void coreIsGivenItsTimeRandomnessAndThreads() {
        check(noClasses()
                .that()
                .resideInAnyPackage(SIMULATED)
                .and()
                .areNotAssignableTo(Pause.class)
                .should()
                .callMethodWhere(describe("waits for a time by itself", ArchitectureTest::isTimedWait)));
        check(noClasses()
                .that()
                .resideInAnyPackage(SIMULATED)
                .should()
                .callMethodWhere(describe(
                        "asks the system for time, chance or a thread",
                        call -> FROM_THE_MACHINE.contains(
                                call.getTargetOwner().getSimpleName() + "." + call.getName())))
                .orShould()
                .callConstructorWhere(describe(
                        "makes chance of its own",
                        call -> call.getTargetOwner().isAssignableTo(java.util.Random.class)
                                || call.getTargetOwner().isAssignableTo(Thread.class))));
    }

    private static boolean isTimedWait(JavaMethodCall call) {
        String owner = call.getTargetOwner().getPackageName();
        return owner.startsWith("java.util.concurrent")
                && !call.getTargetOwner().isEquivalentTo(TimeUnit.class)
                && call.getTarget().getRawParameterTypes().stream()
                        .anyMatch(type -> type.isEquivalentTo(TimeUnit.class));
    }

    @Test
    void onlyConfigurationReadsEnvironmentVariables() {
        check(noClasses().should().callMethod(System.class, "getenv", String.class));
    }

    @Test
    void configMappingsAreInterfacesNamedConfig() {
        check(classes()
                .that()
                .areAnnotatedWith("io.smallrye.config.ConfigMapping")
                .should()
                .beInterfaces()
                .andShould()
                .haveSimpleNameEndingWith("Config"));
    }

    private static void onlyIn(String technology, String... places) {
        check(noClasses()
                .that()
                .resideInAPackage("dev.afterimage..")
                .and()
                .resideOutsideOfPackages(places)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(technology));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(ALL);
    }
}
