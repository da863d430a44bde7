package dev.afterimage.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ProviderIdentityTest {

    private static final String URL = "https://api.example.com/render";
    private static final String BODY = "{\"template\":\"{template}\",\"data\":\"{data}\"}";

    /** Keys outlive deployments: another digest would turn every stored image into a miss. */
    @Test
    void theDigestIsOfTheCanonicalDescription() {
        assertThat(ProviderIdentity.described("json", "POST", URL, BODY).value())
                .isEqualTo("json:10b6179d60e084d4418a1a54e7efd270e48808835f507c3d5e5a6c2b8e0dcd48");
        assertThat(ProviderIdentity.described(
                                "imejis",
                                "POST",
                                "https://render.imejis.io/v1/{template}?format={format}",
                                "\"{data}\"")
                        .value())
                .isEqualTo("imejis:c2f75a21601e219f4aa369e8b015ee4469ea5a5056ef869f1f72997a42bb7288");
    }

    @Test
    void spellingOfTheDescriptionDoesNotChangeTheDigest() {
        assertThat(ProviderIdentity.described("json", "POST", URL, """
                        { "data" : "{data}",
                          "template" : "\\u007btemplate}" }"""))
                .isEqualTo(ProviderIdentity.described("json", "POST", URL, BODY));
    }

    @Test
    void changedMethodUrlOrBodyIsAnotherProvider() {
        assertThat(Set.of(
                        ProviderIdentity.described("json", "POST", URL, BODY),
                        ProviderIdentity.described("json", "PUT", URL, BODY),
                        ProviderIdentity.described("json", "POST", URL + "/", BODY),
                        ProviderIdentity.described("json", "POST", URL, "{}"),
                        ProviderIdentity.described("other", "POST", URL, BODY)))
                .hasSize(5);
    }

    @Test
    void aBodyThatIsNoJsonIsRefused() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> ProviderIdentity.described("json", "POST", URL, "{data}"));
    }

    @Test
    void builtInProviderIsIdentifiedByItsName() {
        assertThat(ProviderIdentity.builtIn("demo").value()).isEqualTo("demo");
    }
}
