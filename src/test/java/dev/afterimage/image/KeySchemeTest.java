package dev.afterimage.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class KeySchemeTest {

    private static final ImageRequest REQUEST =
            new ImageRequest(new TemplateId("t"), TemplateData.of("{\"a\":1}"), ImageFormat.PNG);

    private final KeyScheme scheme = new KeyScheme(ProviderIdentity.builtIn("demo"));

    private ImageKey key(String data) {
        return scheme.keyOf(new ImageRequest(new TemplateId("t"), TemplateData.of(data), ImageFormat.PNG), 0);
    }

    /** A JSON.stringify with a list of the outer names drops what is nested, and gave these two one key. */
    @Test
    void nestedValuesCount() {
        assertThat(key("{\"title\":{\"text\":\"A\"}}")).isNotEqualTo(key("{\"title\":{\"text\":\"B\"}}"));
    }

    @Test
    void similarDataHasDifferentKeys() {
        assertThat(java.util.Set.of(
                        key("{}"),
                        key("{\"a\":1}"),
                        key("{\"a\":\"1\"}"),
                        key("{\"a\":[1]}"),
                        key("{\"a\":true}"),
                        key("{\"a\":null}"),
                        key("{\"a\":\"null\"}"),
                        key("{\"A\":1}"),
                        key("{\"a\":{\"b\":1}}"),
                        key("{\"a.b\":1}"),
                        key("{\"a\":\"\u00e9\"}"),
                        key("{\"a\":\"e\u0301\"}")))
                .hasSize(12);
    }

    @Test
    void everyPartOfARequestChangesTheKey() {
        assertThat(java.util.Set.of(
                        scheme.keyOf(REQUEST, 0),
                        scheme.keyOf(REQUEST, 1),
                        new KeyScheme(ProviderIdentity.builtIn("imejis")).keyOf(REQUEST, 0),
                        new KeyScheme(ProviderIdentity.described("imejis", "POST", "https://a.example/", "1"))
                                .keyOf(REQUEST, 0),
                        new KeyScheme(ProviderIdentity.described("imejis", "POST", "https://b.example/", "1"))
                                .keyOf(REQUEST, 0),
                        scheme.keyOf(new ImageRequest(new TemplateId("u"), REQUEST.data(), ImageFormat.PNG), 0),
                        scheme.keyOf(new ImageRequest(REQUEST.template(), REQUEST.data(), ImageFormat.JPEG), 0),
                        scheme.keyOf(new ImageRequest(REQUEST.template(), REQUEST.data(), ImageFormat.PNG, 1), 0),
                        scheme.keyOf(new ImageRequest(REQUEST.template(), REQUEST.data(), ImageFormat.PNG, 2), 0)))
                .hasSize(9);
    }

    /** Keys outlive deployments: another form would turn every stored image into a miss. */
    @Test
    void theKeyIsTheDigestOfACanonicalDocument() throws Exception {
        String document =
                "{\"data\":{\"a\":1},\"format\":\"png\",\"provider\":\"demo\",\"template\":\"t\",\"version\":7}";
        assertThat(TemplateData.of(document).json()).isEqualTo(document);
        assertThat(scheme.keyOf(REQUEST, 7).value())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest(document.getBytes(StandardCharsets.UTF_8))));
    }
}
