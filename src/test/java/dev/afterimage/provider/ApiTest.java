package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.afterimage.image.ProviderIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiTest {

    private static ProviderIdentity identity(String... namesAndValues) {
        String[] prefixed = namesAndValues.clone();
        for (int i = 0; i < prefixed.length; i += 2) {
            prefixed[i] = "afterimage.provider." + prefixed[i];
        }
        return TemplateProvidersTest.providers(prefixed).main().identity();
    }

    @Test
    void demoHasAFixedIdentity() {
        assertThat(identity().value()).isEqualTo("demo");
        assertThat(identity("url", "https://api.example.com/").value()).isEqualTo("demo");
    }

    /** A description of the same APIs in a document must give the same identity. */
    @Test
    void identityOfADescribedProviderIsWhatItSends() {
        assertThat(identity("kind", "json", "url", "https://api.example.com/render"))
                .isEqualTo(ProviderIdentity.described(
                        "json",
                        "POST",
                        "https://api.example.com/render",
                        "{\"template\":\"{template}\",\"data\":\"{data}\"}"));
        assertThat(identity("kind", "imejis").value())
                .isEqualTo("imejis:c2f75a21601e219f4aa369e8b015ee4469ea5a5056ef869f1f72997a42bb7288");
    }

    /** An identity that changes makes its users buy every image again. For two APIs it is that of a former model. */
    @ParameterizedTest
    @CsvSource(
            value = {
                "abyssale, , 21d6a552918fc5fc945dc3085bd897c6c595944122fc189963df370b17451b27",
                "bannerbear, , 4877eb43552a620bfca179dc02b5732bd7ca89844a52658d54f3beefa7983036",
                "bannerbear-job, , cb23d59597f5afc1e0382676761cc186c1287643d752088033c918ab15b6ab6b",
                "bedrock, , a80be71582182cbde2e9acb3122ba6a5140398cf58e06084f8567e16af9980ae",
                "creatomate, , 0196fca832231ad9820cac9d046d33fdb711418b7f92c0ec84286d06d3f3760b",
                "dynapictures, , 0e4a71637346a2826160054abd8aa21e098212dee6ee98c73c99c05a8e22d9c7",
                "fal, , 536ef73f52ed0e76816080e7e80ddf412eeb875d38c4d9da68805a6668ccc602",
                "flux, , 103892774211e9ed3113c530e7760617f07f0b6dc627d1f4dbbd1d5b2376bb4b",
                "gemini, gemini-2.5-flash-image, 24e9b9ae6ae4829f55161bae77658c41def58f220bca585421e4701b3142e560",
                "htmlcsstoimage, , e564a74895ecc5774e022c662dd7d56d2e4fdfc0aa061bc8c09cfffd71a732da",
                "imejis, , c2f75a21601e219f4aa369e8b015ee4469ea5a5056ef869f1f72997a42bb7288",
                "openai, gpt-image-1, 6258c4bbd08e54ea08631b5162df7e0c536564d329a3a0f4f57a07138ad7a3a4",
                "orshot, , 78c13165e27d4b4b3ef46b980dfca93db5b159241d3af84c60c69bda7b269cdf",
                "placid, , bfe4a9f086dfd7f6b6bfe8fc12d0977db207def6b4df56cab8e1bf917a3012c5",
                "renderform, , 2347afeb5c586d6be887a283593cd46063e21d8b9284ad3cbbedcbac4515202f",
                "replicate, , 8dac0d659dafbd6f854f0dc3723b2cb32d9e8840254fc7d7633567fe2e4af548",
                "stability, , a4cca3c86ffdd832ac89ffd7b884b1d3e80173c9b8231f08a647c8ef217de6c7",
                "templated, , 9952e5f8dda5219e0f31903fce21fde234038d93e18f9f35f89d496f2dc516b6",
            })
    void shippedDescriptionsKeepTheirIdentities(String kind, String target, String digest) {
        String[] settings =
                target == null ? new String[] {"kind", kind} : new String[] {"kind", kind, "target", target};
        assertThat(identity(settings).value()).isEqualTo(kind + ":" + digest);
    }

    @Test
    void anotherUrlIsAnotherIdentity() {
        assertThat(identity("kind", "json", "url", "https://one.example.com/"))
                .isNotEqualTo(identity("kind", "json", "url", "https://other.example.com/"));
        assertThat(identity("kind", "imejis"))
                .isNotEqualTo(identity("kind", "imejis", "url", "https://eu.imejis.example/v1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://render.imejis.io/v1", "https://render.imejis.io/v1/"})
    void defaultUrlWrittenOutIsTheSameIdentity(String url) {
        assertThat(identity("kind", "imejis", "url", url)).isEqualTo(identity("kind", "imejis"));
    }

    @Test
    void settingsThatDoNotChangeTheImageKeepTheIdentity() {
        assertThat(identity("kind", "imejis", "api-key", "one", "timeout", "9s", "max-bytes", "5"))
                .isEqualTo(identity("kind", "imejis", "api-key", "two"));
    }

    @Test
    void targetThatIsSentInAHeaderOnlyChangesTheIdentity(@TempDir Path folder) throws IOException {
        Path description = folder.resolve("x.json");
        Files.writeString(description, """
                {"name":"x","url":"https://api.example.com/v1","headers":{"Model":"{target}"},"target":"one",
                 "body":{"t":"{template}"},"result":"/url"}
                """);
        String kind = "file:" + description;
        assertThat(identity("kind", kind, "target", "two")).isNotEqualTo(identity("kind", kind));
        assertThat(identity("kind", kind, "target", "one")).isEqualTo(identity("kind", kind));
    }

    @Test
    void jsonKindWithoutAUrlIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> identity("kind", "json"))
                .withMessageContaining("afterimage.provider.url");
    }
}
