package dev.afterimage.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
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
        "dev.afterimage.pregeneration..",
    };

    private static final String[] EDGES_OUT = {
        "dev.afterimage.filesystem..", "dev.afterimage.redis..", "dev.afterimage.aws..", "dev.afterimage.provider..",
    };

    private static final String[] EDGES_IN = {"dev.afterimage.http..", "dev.afterimage.lambda.."};

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.afterimage");

    @Test
    void theCoreKnowsNoEdge() {
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
    void theCoreKnowsNoTechnology() {
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
        check(slices().matching("dev.afterimage.(filesystem|redis|aws|provider|http|lambda)..")
                .should()
                .notDependOnEachOther());
    }

    @Test
    void featuresFormNoCycle() {
        check(slices().matching("dev.afterimage.(*)..").should().beFreeOfCycles());
    }

    @Test
    void eachTechnologyHasOnePlace() {
        onlyIn("software.amazon..", "dev.afterimage.aws..", "dev.afterimage.wiring..");
        onlyIn("io.quarkus.redis..", "dev.afterimage.redis..", "dev.afterimage.wiring..");
        onlyIn("io.vertx.redis..", "dev.afterimage.redis..", "dev.afterimage.wiring..");
        onlyIn("jakarta.ws.rs..", "dev.afterimage.http..");
        onlyIn("io.micrometer..", "dev.afterimage.metrics..", "dev.afterimage.wiring..");
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

    @Test
    void theEnvironmentIsReadByTheConfigurationOnly() {
        check(noClasses().should().callMethod(System.class, "getenv", String.class));
    }

    @Test
    void configurationStandsBesideItsUser() {
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
