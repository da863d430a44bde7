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
