package dev.afterimage.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.provider.Description.Pick;
import dev.afterimage.provider.ResultFetcher.ImageReference;
import dev.afterimage.testing.SampleImages;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {

    private static final List<JsonPath> PLACES = Descriptions.of("json").result();

    private static final String URL = "https://cdn.example.com/1.png";
    private static final byte[] CONTENT = SampleImages.png();
    private static final String BASE64 = Base64.getEncoder().encodeToString(CONTENT);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"url\":\"%s\"}",
                "{\"imageUrl\":\"%s\"}",
                "{\"image_url\":\"%s\"}",
                "{\"image\":\"%s\"}",
                "{\"image\":{\"url\":\"%s\"}}",
                "{\"data\":{\"url\":\"%s\"}}",
                "{\"data\":{\"imageUrl\":\"%s\"}}",
                "{\"data\":{\"image\":{\"url\":\"%s\"}}}",
                "{\"status\":\"done\",\"id\":7,\"url\":\" %s \"}",
                "\"%s\""
            })
    void urlIsFoundInTheUsualMembers(String json) {
        assertThat(in(json.formatted(URL))).contains(new ImageReference.Link(URL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"base64\":\"%s\"}",
                "{\"image\":\"%s\"}",
                "{\"image\":\"data:image/png;base64,%s\"}",
                "{\"url\":\"DATA:image/png;base64,%s\"}",
                "{\"image\":{\"base64\":\"%s\"}}",
                "{\"data\":{\"image\":\"%s\"}}",
                "{\"data\":{\"base64\":\"%s\"}}"
            })
    void base64IsDecoded(String json) {
        assertThat(in(json.formatted(BASE64)))
                .hasValueSatisfying(found -> assertThat(found)
                        .isInstanceOfSatisfying(
                                ImageReference.Inline.class,
                                inline -> assertThat(inline.content()).isEqualTo(CONTENT)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "7",
                "{\"url\":null}",
                "{\"url\":7}",
                "{\"image\":\"\"}",
                "{\"image\":\"a\"}",
                "{\"url\":\"pending\"}",
                "{\"url\":\"/relative.png\"}",
                "{\"image\":\"c29tZSB0ZXh0\"}",
                "{\"url\":\"data:image/svg+xml,<svg/>\"}",
                "{\"other\":\"https://cdn.example.com/1.png\"}"
            })
    void otherJsonHoldsNoImage(String json) {
        assertThat(in(json)).isEmpty();
    }

    @Test
    void anImageLongerThanJacksonsUsualLimitIsRead() {
        byte[] large = Arrays.copyOf(CONTENT, 20 * 1024 * 1024);
        String base64 = Base64.getEncoder().encodeToString(large);
        assertThat(in("{\"image\":\"" + base64 + "\"}")).isPresent();
    }

    private static Optional<ImageReference> in(String json) {
        return ProviderJson.tree(json.getBytes(StandardCharsets.UTF_8))
                .flatMap(tree -> ImageReference.in(tree, PLACES, Pick.FIRST));
    }
}
