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
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
        "afterimage.quota.per-caller, 0, 1 or more",
        "afterimage.budget.per-tenant, -1, 0 or more",
        "afterimage.provider.connect-timeout, -5s, more than zero",
        "afterimage.provider.rate-window, 0s, more than zero",
        "afterimage.http.deadline, 0s, more than zero",
        "afterimage.http.max-wait, 24s, 'afterimage.http.deadline, PT25S, or more'",
        "afterimage.http.head-timeout, 0s, more than zero",
        "afterimage.http.body-timeout, 0s, more than zero",
        "afterimage.delivery.url-ttl, 0s, more than zero",
        "afterimage.pregeneration.visibility-timeout, 0s, more than zero",
        "afterimage.redis.timeout, 0s, more than zero",
        "afterimage.sqs.timeout, 0s, more than zero",
        "afterimage.s3.attempt-timeout, 0s, more than zero",
        "afterimage.redis.rest-after, 0, 1 or more",
        "afterimage.redis.rest, -1s, zero or more",
        "afterimage.delivery.memoised-urls, -1, 0 or more",
        "afterimage.demo.rate, 0, 1 or more",
        "afterimage.pregeneration.concurrency, 0, 1 or more",
        "afterimage.pregeneration.max-attempts, 0, 1 or more",
        "afterimage.pregeneration.max-deliveries, 0, 1 or more",
        "afterimage.provider.rate, 0, 1 or more",
        "afterimage.provider.concurrency, 0, 1 or more",
        "afterimage.provider.bulk-share, 0, at most 1",
        "afterimage.provider.bulk-share, 1.1, at most 1",
        "afterimage.provider.bulk-share, NaN, at most 1",
        "afterimage.budget.per-tenant, NaN, 0 or more",
        "afterimage.budget.tenants.\"acme\", -1, 0 or more",
        "afterimage.templates.\"hero\".cost, NaN, 0 or more",
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

    @ParameterizedTest
    @CsvSource({
        "afterimage.http.deadline, 119s",
        "afterimage.http.max-wait, 10m",
        "afterimage.links.wait, 2m",
        "afterimage.links.crawler-wait, 2m",
    })
    void aWaitThatTheServerWouldCutOffIsRefusedWithItsKeyAndRange(String key, String value) {
        SmallRyeConfig config = config(Map.of(key, value, "quarkus.http.idle-timeout", "2M"));
        assertThatThrownBy(() -> ConfigurationCheck.checkIdleTimeout(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "Set " + key + " to less than PT1M59S, or quarkus.http.idle-timeout, PT2M, to more");
    }

    @ParameterizedTest
    @CsvSource({"118s, 2M", "10m, 11M", "10m, 0S"})
    void aWaitBelowTheIdleTimeoutPasses(String wait, String idleTimeout) {
        SmallRyeConfig config = config(Map.of(
                "afterimage.http.deadline", wait,
                "afterimage.http.max-wait", wait,
                "quarkus.http.idle-timeout", idleTimeout));
        assertThatCode(() -> ConfigurationCheck.checkIdleTimeout(config)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "source, cards.csv.gz, .ndjson",
        "source, s3://images/catalogues/, .ndjson",
        "template, folder/4711, 1 to 128 letters",
        "period, PT0S, more than zero",
    })
    void aCatalogueThatCouldNotBePlannedIsRefusedWithItsKey(String name, String value, String range) {
        String key = "afterimage.pregeneration.catalogues.\"cards\".";
        Map<String, String> properties = new HashMap<>(Map.of(key + "source", "cards.csv"));
        assertThatCode(() -> ConfigurationCheck.checkRanges(config(properties))).doesNotThrowAnyException();
        properties.put(key + name, value);
        assertThatThrownBy(() -> ConfigurationCheck.checkRanges(config(properties)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Set " + key + name + " to ")
                .hasMessageContaining(value)
                .hasMessageContaining(range);
    }

    @ParameterizedTest
    @CsvSource({"aws, 999ms, false", "aws, 1s, true", "aws, 12h, true", "aws, 13h, false", "local, 13h, true"})
    void aVisibilityTimeoutMustFitSqsWhereItIsTheQueue(String backend, String timeout, boolean fits) {
        SmallRyeConfig config =
                config(Map.of("afterimage.backend", backend, "afterimage.pregeneration.visibility-timeout", timeout));
        if (fits) {
            assertThatCode(() -> ConfigurationCheck.checkRanges(config)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> ConfigurationCheck.checkRanges(config))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(
                            "Set afterimage.pregeneration.visibility-timeout to 1s or more and 12h or less");
        }
    }

    @Test
    void everyKeyThatHasARangeExists() {
        assertThat(Stream.of(
                                ConfigurationCheck.POSITIVE,
                                ConfigurationCheck.NOT_NEGATIVE,
                                ConfigurationCheck.LEAST.keySet())
                        .flatMap(Collection::stream)
                        .toList())
                .allSatisfy(key ->
                        assertThat(ConfigurationCheck.warnings(List.of(key))).isEmpty());
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
        "afterimage.delivery.memoised-urls, 0",
        "afterimage.redis.rest, 0s",
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "accounts.b.rate=5 | Set afterimage.provider.accounts.\"b\".api-key, or",
                "accounts.b.api-key=' ' | Set afterimage.provider.accounts.\"b\".api-key, or",
                "api-key=k accounts.b.api-key=k | Set afterimage.provider.api-key and"
                        + " afterimage.provider.accounts.\"b\".api-key to different keys",
                "accounts.a.api-key=k accounts.b.api-key=k | afterimage.provider.accounts.\"a\".api-key and",
                "accounts.b.api-key=k accounts.b.rate=0 | Set afterimage.provider.accounts.\"b\".rate to 1 or more; it is 0.",
                "accounts.b.api-key=k accounts.b.concurrency=0 | accounts.\"b\".concurrency to 1 or more",
                "accounts.b.api-key=k accounts.b.rate-window=0s | accounts.\"b\".rate-window to more than zero",
                "accounts.b.api-key=k accounts.b.monthly-credits=-1 | accounts.\"b\".monthly-credits to 0 or more",
                "kind=demo accounts.b.api-key=k | the demo has no API keys",
                "accounts.default.api-key=k | Rename afterimage.provider.accounts.\"default\"",
                "accounts.\"a/b\".api-key=k | Rename afterimage.provider.accounts.\"a/b\"",
                "accounts.art.api-key=k s.art.kind=flux | afterimage.providers.\"art\" has the same name",
                "s.art.accounts.b.rate=5 | Set afterimage.providers.\"art\".accounts.\"b\".api-key",
                "s.art.api-key=k s.art.accounts.b.api-key=k | Set afterimage.providers.\"art\".api-key and",
                "s.default.rate=5 | Rename afterimage.providers.default",
                "s.art.rate=0 | Set afterimage.providers.\"art\".rate to 1 or more",
            })
    void anAccountThatMakesNoSenseEndsTheStartWithItsKey(String settings, String message) {
        Map<String, String> properties = new HashMap<>(Map.of("afterimage.provider.kind", "openai"));
        for (String setting : settings.split(" (?=[a-z])")) {
            String[] parts = setting.split("=", 2);
            properties.put(
                    "afterimage.provider" + (parts[0].startsWith("s.") ? "" : ".") + parts[0],
                    parts[1].replace("'", ""));
        }
        assertThatThrownBy(() -> ConfigurationCheck.checkRanges(config(properties)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void accountsWithKeysOfTheirOwnMakeSense() {
        SmallRyeConfig config = config(Map.of(
                "afterimage.provider.kind", "openai",
                "afterimage.provider.api-key", "one",
                "afterimage.provider.accounts.second.api-key", "two",
                "afterimage.provider.accounts.second.rate", "7",
                "afterimage.provider.accounts.third.api-key-secret", "name/of/secret"));

        assertThatCode(() -> ConfigurationCheck.checkRanges(config)).doesNotThrowAnyException();
        assertThat(ConfigurationCheck.warnings(List.of(
                        "afterimage.provider.accounts.second.rate-window",
                        "AFTERIMAGE_PROVIDER_ACCOUNTS_SECOND_API_KEY",
                        "afterimage.providers.art.accounts.\"b\".monthly-credits")))
                .isEmpty();
    }
}
