package dev.afterimage.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.limit.ProviderLimitConfig;
import dev.afterimage.provider.DescribedProvider;
import dev.afterimage.provider.ProviderConfig;
import dev.afterimage.testing.S3Server;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

class GuardDefaultsTest {

    private static final String DESCRIPTION = """
            {"name":"cardmaker","url":"https://api.cardmaker.example/v1/cards","headers":{"Authorization":"Bearer {apiKey}"},
             "body":{"template":"{template}","fields":"{data}"},"result":"/card/url",
             "rate":{"calls":7,"window":"3s"},"timeout":"45s"}""";

    private static S3Server server;

    @BeforeAll
    static void start() {
        server = S3Server.start();
        put("cardmaker.json", DESCRIPTION);
        put("mistake.json", DESCRIPTION.replace("\"calls\":7", "\"calls\":\"seven\""));
        put("no.json", "<html>");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void put(String key, String content) {
        try (S3Client s3 = server.client()) {
            s3.putObject(
                    request -> request.bucket(S3Server.BUCKET).key(key),
                    RequestBody.fromBytes(content.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static SmallRyeConfig config(Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        all.put("quarkus.s3.endpoint-override", server.endpoint().toString());
        all.put("quarkus.s3.path-style-access", "true");
        all.put("quarkus.s3.aws.region", "us-east-1");
        all.put("quarkus.s3.aws.credentials.static-provider.access-key-id", S3Server.ACCESS_KEY);
        all.put("quarkus.s3.aws.credentials.static-provider.secret-access-key", S3Server.SECRET_KEY);
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withConverter(Duration.class, 1000, new DurationConverter())
                .withMapping(ProviderConfig.class)
                .withMapping(ProviderLimitConfig.class)
                .withSources(new PropertiesConfigSource(all, "test", 300))
                .withSources(new GuardDefaults())
                .build();
    }

    @Test
    void aDescriptionInS3IsReadAtTheStartAndItsLimitsHold() {
        SmallRyeConfig config = config(
                Map.of("afterimage.provider.kind", "s3:images/cardmaker.json", "afterimage.provider.api-key", "k"));
        ProviderConfig provider = config.getConfigMapping(ProviderConfig.class);
        ProviderLimitConfig limits = config.getConfigMapping(ProviderLimitConfig.class);

        assertThat(DescribedProvider.sample(provider)).startsWith("POST https://api.cardmaker.example:443/v1/cards");
        assertThat(provider.timeout()).isEqualTo(Duration.ofSeconds(45));
        assertThat(limits.rate()).isEqualTo(7);
        assertThat(limits.rateWindow()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aMistakeInItStopsTheStartAndNamesItsPointer() {
        assertThatThrownBy(() -> config(Map.of("afterimage.provider.kind", "s3:images/mistake.json")))
                .hasMessageContaining("\"/rate/calls\"");
        assertThatThrownBy(() -> config(Map.of("afterimage.provider.kind", "s3:images/no.json")))
                .hasMessageContaining("no JSON");
        assertThatThrownBy(() -> config(Map.of("afterimage.provider.kind", "s3:images/gone.json")))
                .hasMessageContaining("s3:images/gone.json");
    }

    @Test
    void aTemplatesProviderMayLieThereToo() {
        SmallRyeConfig config = config(Map.of(
                "afterimage.templates.\"hero\".provider",
                "cards",
                "afterimage.providers.\"cards\".kind",
                "s3:images/cardmaker.json"));

        assertThat(config.getConfigValue("afterimage.providers.\"cards\".kind").getValue())
                .startsWith("data:application/json;base64,");
    }

    /** With a key of its own it is an account of its own, so its rate does not limit the main API. */
    @ParameterizedTest
    @CsvSource({"api-key, k", "api-key-secret, arn:of:it", "rate, 100"})
    void anAccountOfItsOwnDoesNotLimitTheMainOne(String name, String value) {
        Map<String, String> shared = Map.of(
                "afterimage.provider.kind", "json",
                "afterimage.provider.url", "https://api.example.com/render",
                "afterimage.templates.\"hero\".provider", "cards",
                "afterimage.providers.\"cards\".kind", "s3:images/cardmaker.json");
        Map<String, String> own = new HashMap<>(shared);
        own.put("afterimage.providers.\"cards\"." + name, value);

        assertThat(config(shared).getConfigValue("afterimage.provider.rate").getValue())
                .isEqualTo("7");
        assertThat(config(own).getConfigValue("afterimage.provider.rate").getValue())
                .isEqualTo("10");
    }

    @ParameterizedTest
    @CsvSource({
        "timeout, ''",
        "timeout, 60 s",
        "connect-timeout, ''",
        "connect-timeout, soon",
        "rate-window, ''",
        "rate-window, 1 m",
        "rate, ''",
        "rate, ten",
    })
    void aValueThatCannotBeReadStopsTheStartAndNamesItsKey(String name, String value) {
        assertThatThrownBy(() -> config(Map.of("afterimage.provider." + name, value)))
                .hasMessageContaining("afterimage.provider." + name);
    }

    /** SmallRye would refuse it before {@link ConfigurationCheck} runs, with the name of an annotation. */
    @ParameterizedTest
    @CsvSource({"rate, 0", "rate-window, 0s", "concurrency, 0", "timeout, -70s"})
    void aValueBelowItsRangeReachesNoAnnotation(String name, String value) {
        SmallRyeConfig config = config(Map.of("afterimage.provider." + name, value));
        assertThat(config.getPropertyNames())
                .filteredOn(key -> key.matches(".*guard.*(value|window)"))
                .isNotEmpty()
                .allSatisfy(key -> assertThat(config.getValue(key, Long.class)).isPositive());
    }
}
