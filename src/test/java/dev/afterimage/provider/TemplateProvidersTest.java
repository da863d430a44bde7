package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.KeyScheme;
import dev.afterimage.image.KeyScheme.UndeclaredTemplateException;
import dev.afterimage.image.ProviderIdentity;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.image.TemplatesConfig;
import dev.afterimage.testing.Configs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateProvidersTest {

    private static final String HERO = "afterimage.templates.\"hero\".";

    /** As configured by these keys and values. */
    static TemplateProviders providers(String... keysAndValues) {
        Map<String, String> properties = Configs.map(keysAndValues);
        return new TemplateProviders(
                Configs.of(ProviderConfig.class, properties),
                Configs.of(ProvidersConfig.class, properties),
                Configs.of(TemplatesConfig.class, properties));
    }

    private static ImageRequest request(String template, String data) {
        return new ImageRequest(new TemplateId(template), TemplateData.of(data), ImageFormat.PNG);
    }

    private static ImageKey key(TemplateProviders providers, String data) {
        return providers.keys().keyOf(request("hero", data), 0);
    }

    @Test
    void undeclaredTemplateKeepsItsKey() {
        assertThat(providers(HERO + "ttl", "1h").keys().keyOf(request("other", "{}"), 0))
                .isEqualTo(new KeyScheme(ProviderIdentity.builtIn("demo")).keyOf(request("other", "{}"), 0));
    }

    @Test
    void apiHasTheNameThatTheTemplateGivesIt() {
        TemplateProviders providers = providers(
                HERO + "provider", "house", "afterimage.providers.\"house\".kind", "openai", HERO + "target", "gpt-9");

        assertThat(providers.api(request("hero", "{}"))).isEqualTo("house");
        assertThat(providers.api(request("other", "{}"))).isEqualTo("default");
        assertThat(providers.apis()).containsExactlyInAnyOrder("default", "house");
    }

    @Test
    void anApiWithAKeyOfItsOwnIsAnAccountOfItsOwn() {
        String[] art = {HERO + "provider", "art", "afterimage.providers.art.kind", "openai"};
        assertThat(providers(art).of(request("hero", "{}"))).containsExactly("default");
        for (String key : List.of("api-key", "api-key-secret", "rate")) {
            String[] own = Stream.concat(Stream.of(art), Stream.of("afterimage.providers.art." + key, "7"))
                    .toArray(String[]::new);
            assertThat(providers(own).of(request("hero", "{}"))).as(key).containsExactly("art");
            assertThat(providers(own).of(request("other", "{}"))).containsExactly("default");
        }
    }

    @Test
    void anotherProviderTargetOrDefaultsMakeAnotherKey() {
        ImageKey plain = key(providers(), "{}");
        assertThat(key(providers(HERO + "ttl", "1h", HERO + "cost", "3"), "{}")).isEqualTo(plain);
        List<ImageKey> others = List.of(
                key(providers(HERO + "provider", "openai"), "{}"),
                key(providers(HERO + "provider", "openai", HERO + "target", "gpt-image-9"), "{}"),
                key(providers(HERO + "provider", "imejis"), "{}"),
                key(providers(HERO + "provider", "imejis", HERO + "target", "folder/card"), "{}"),
                key(providers(HERO + "target", "social-card"), "{}"),
                key(providers(HERO + "defaults", "{\"a\":1}"), "{}"));
        assertThat(others).doesNotHaveDuplicates().doesNotContain(plain);
    }

    @Test
    void defaultsArePartOfTheKey() {
        TemplateProviders providers = providers(HERO + "defaults", "{\"size\":\"big\",\"a\":{\"b\":1}}");
        assertThat(key(providers, "{\"title\":\"T\",\"a\":{\"c\":2}}"))
                .isEqualTo(key(providers(HERO + "ttl", "1h"), "{\"title\":\"T\",\"size\":\"big\",\"a\":{\"c\":2}}"));
    }

    @Test
    void targetReplacesTheTemplatesNameAtTheProvider() {
        TemplateProviders providers = providers(
                "afterimage.provider.kind", "imejis", HERO + "target", "folder/big card", HERO + "provider", "imejis");
        List<String> targets = new ArrayList<>();
        providers.generator((api, settings) -> {
            targets.add(new ProviderCall(
                            api.description().orElseThrow(),
                            settings,
                            ApiKeys.configured(settings),
                            (service, method, url, headers, body) -> headers)
                    .of(request("hero", "{}"), "p", Optional.empty(), 10, settings.timeout())
                    .to()
                    .target());
            return (request, attempt) -> new GeneratedImage(new byte[0], ImageFormat.PNG);
        });
        assertThat(targets).containsExactlyInAnyOrder("/v1/hero?format=png", "/v1/folder/big%20card?format=png");
    }

    @Test
    void eachRequestGoesToTheApiOfItsTemplateWithItsDefaults() {
        TemplateProviders providers = providers(
                HERO + "provider",
                "art",
                HERO + "defaults",
                "{\"prompt\":\"a hero\"}",
                "afterimage.providers.art.kind",
                "openai",
                "afterimage.providers.art.api-key",
                "sk-art");
        List<String> asked = new ArrayList<>();
        var generator = providers.generator((api, settings) -> (request, attempt) -> {
            asked.add(settings.kind() + " " + settings.apiKey().orElse("") + " "
                    + request.data().json());
            return new GeneratedImage(new byte[0], ImageFormat.PNG);
        });

        generator.generate(request("hero", "{}"), ProviderBench.attempt());
        generator.generate(request("other", "{}"), ProviderBench.attempt());

        assertThat(asked).containsExactly("openai sk-art {\"prompt\":\"a hero\"}", "demo  {}");
    }

    @Test
    void onlyDeclaredTemplatesAreServedWhereThatIsAsked() {
        TemplateProviders providers = providers(HERO + "ttl", "1h", "afterimage.templates-only", "true");
        assertThat(key(providers, "{}")).isNotNull();
        assertThatThrownBy(() -> providers.keys().keyOf(request("other", "{}"), 0))
                .isInstanceOf(UndeclaredTemplateException.class)
                .hasMessageContaining("afterimage.templates.\"other\"");
    }

    @Test
    void costIsThatOfTheTemplateElseOfTheDescriptionElseOne() {
        TemplateProviders providers = providers("afterimage.provider.kind", "stability", HERO + "cost", "8.5");
        assertThat(providers.cost(request("hero", "{}"))).isEqualTo(8.5);
        assertThat(providers.cost(request("other", "{}"))).isEqualTo(3);
        assertThat(providers().cost(request("other", "{}"))).isEqualTo(1);
    }

    @Test
    void costInTheDataMustBeOneThatCanBeCounted(@TempDir Path folder) throws IOException {
        Path description = folder.resolve("x.json");
        Files.writeString(description, """
                {"name":"x","url":"https://api.example.com/v1","body":{"t":"{template}"},"result":"/url",
                 "cost":{"data":"/n","otherwise":1}}
                """);
        TemplateProviders providers = providers("afterimage.provider.kind", "file:" + description);

        assertThat(providers.cost(request("other", "{\"n\":2.5}"))).isEqualTo(2.5);
        assertThat(providers.cost(request("other", "{\"n\":1000000000}"))).isEqualTo(1e9);
        for (String none : List.of("{}", "{\"n\":null}", "{\"n\":\"many\"}")) {
            assertThat(providers.cost(request("other", none))).isEqualTo(1);
        }
        for (String wrong : List.of("1000000001", "1e300", "-1", "\"1e400\"", "\"-Infinity\"")) {
            assertThatThrownBy(() -> providers.cost(request("other", "{\"n\":" + wrong + "}")))
                    .isInstanceOfSatisfying(
                            RejectedException.class,
                            rejected -> assertThat(rejected.reason()).isEqualTo(RejectedException.Reason.DATA))
                    .hasMessageContaining("\"/n\"")
                    .hasMessageContaining("at most 1000000000");
        }
    }

    @Test
    void malformedDefaultsAreRefusedAtStart() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> providers(HERO + "defaults", "[1]"))
                .withMessageContaining("afterimage.templates.\"hero\".defaults");
    }

    @Test
    void unknownProviderIsRefusedAtStart() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> providers(HERO + "provider", "nobody"))
                .withMessageContaining("nobody");
    }
}
