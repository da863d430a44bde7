package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationCheckTest {

    private static SmallRyeConfig config(Map<String, String> properties) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withConverter(Duration.class, 1000, new DurationConverter())
                .withSources(new PropertiesConfigSource(properties, "test", 100));
        ConfigurationCheck.MAPPINGS.forEach(builder::withMapping);
        return builder.build();
    }

    @Test
    void defaultsPassTheCheck() {
        assertThatCode(() -> ConfigurationCheck.checkRanges(config(Map.of()))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "afterimage.cache.ttl, 0s, more than zero",
        "afterimage.cache.ttl, -1h, more than zero",
        "afterimage.cache.templates.\"hero\".ttl, 0s, more than zero",
        "afterimage.templates.\"hero\".ttl, 0s, more than zero",
        "afterimage.templates.\"hero\".cost, -1, 0 or more",
        "afterimage.cache.stale-ttl, -1s, zero or more",
        "afterimage.cache.near-ttl, -1s, zero or more",
        "afterimage.generation.repurchases, -1, 0 or more",
        "afterimage.generation.max-unusable, 0, 1 or more",
        "afterimage.generation.patience, -1s, zero or more",
        "afterimage.provider.timeout, 0s, more than zero",
        "afterimage.provider.connect-timeout, -5s, more than zero",
        "afterimage.provider.rate-window, 0s, more than zero",
        "afterimage.http.deadline, 0s, more than zero",
        "afterimage.http.head-timeout, 0s, more than zero",
        "afterimage.http.body-timeout, 0s, more than zero",
        "afterimage.delivery.url-ttl, 0s, more than zero",
        "afterimage.pregeneration.visibility-timeout, 0s, more than zero",
        "afterimage.redis.timeout, 0s, more than zero",
        "afterimage.sqs.timeout, 0s, more than zero",
        "afterimage.s3.attempt-timeout, 0s, more than zero",
        "afterimage.links.wait, -1s, zero or more",
        "afterimage.links.crawler-wait, -1s, zero or more",
        "afterimage.links.secrets.\"a\", too-short, 32 or more",
        "afterimage.links.current, nobody, afterimage.links.current",
    })
    void valueOutOfRangeIsRefusedWithItsKeyAndRange(String key, String value, String range) {
        SmallRyeConfig config = config(Map.of(key, value));
        assertThatThrownBy(() -> ConfigurationCheck.checkRanges(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Set " + key + " to ")
                .hasMessageContaining(range);
    }

    @Test
    void ttlOfATemplateMayNotBeGivenTwice() {
        SmallRyeConfig config = config(
                Map.of("afterimage.templates.\"hero\".ttl", "1h", "afterimage.cache.templates.\"hero\".ttl", "1h"));
        assertThatThrownBy(() -> ConfigurationCheck.checkRanges(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("and not both");
    }

    @ParameterizedTest
    @CsvSource({
        "afterimage.cache.stale-ttl, 0s",
        "afterimage.generation.repurchases, 0",
        "afterimage.cache.near-ttl, 0s"
    })
    void zeroIsAllowedWhereItMeansNone(String key, String value) {
        assertThatCode(() -> ConfigurationCheck.checkRanges(config(Map.of(key, value))))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "afterimage.cache.ttl",
                "afterimage.cache.templates.\"hero.2\".ttl",
                "afterimage.cache.templates.hero.ttl",
                "afterimage.provider.allowed-hosts",
                "afterimage.provider.allowed-hosts[1]",
                "afterimage.pregeneration.catalogues.\"cards\".source",
                "afterimage.lambda.answer-margin",
                "afterimage.directory",
                "AFTERIMAGE_PROVIDER_API_KEY",
                "AFTERIMAGE_CACHE_TEMPLATES__HERO__TTL",
                "quarkus.http.port",
                "PATH",
            })
    void knownKeysAreNotWarnedOf(String name) {
        assertThat(ConfigurationCheck.warnings(List.of(name))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"afterimage.cache.tll", "afterimage.cache", "afterimage.x", "AFTERIMAGE_CACHE_TLL"})
    void unknownKeysAreWarnedOf(String name) {
        assertThat(ConfigurationCheck.warnings(List.of(name)))
                .singleElement()
                .asString()
                .startsWith(name);
    }

    @Test
    void renamedKeysAreWarnedOfWithTheirNewName() {
        assertThat(ConfigurationCheck.warnings(
                        List.of("afterimage.generation.retry-unknown", "AFTERIMAGE_PROVIDER_EMERGENCY_SHARE")))
                .hasSize(2)
                .allSatisfy(warning -> assertThat(warning).contains("no longer used"))
                .anySatisfy(warning -> assertThat(warning).contains("afterimage.generation.repurchases"));
    }

    @Test
    void everyConfigMappingIsListed() {
        assertThat(new ClassFileImporter()
                                .withImportOption(new ImportOption.DoNotIncludeTests())
                                .importPackages("dev.afterimage")
                                .stream()
                                .filter(type -> type.isAnnotatedWith(ConfigMapping.class))
                                .filter(type -> !type.getPackageName().endsWith(".lambda"))
                                .map(JavaClass::reflect))
                .containsExactlyInAnyOrderElementsOf(ConfigurationCheck.MAPPINGS);
    }
}
