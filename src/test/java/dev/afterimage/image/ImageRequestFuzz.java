package dev.afterimage.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are refused with a reason or mean one image, however they are spelled. */
class ImageRequestFuzz {

    private static final KeyScheme KEYS = new KeyScheme(ProviderIdentity.builtIn("demo"));

    @FuzzTest
    void request(byte[] body) throws IOException {
        Optional<ImageRequest> request =
                read(() -> ImageRequestReader.read(ImageRequestReader.decode(body), Optional.empty()));
        Optional<JsonNode> json;
        try {
            json = SpelledOut.parse(body);
        } catch (NumberFormatException e) {
            return; // an exponent of more digits than Jackson's tree can hold
        }

        if (request.isPresent()) {
            String data = request.get().data().json();
            assertThat(TemplateData.of(data).json()).isEqualTo(data);

            ObjectNode sent = (ObjectNode) json.orElseThrow();
            assertThat(SpelledOut.sameMeaning(
                            SpelledOut.parse(data.getBytes(StandardCharsets.UTF_8))
                                    .orElseThrow(),
                            sent.get("data")))
                    .isTrue();
            for (String spelling : SpelledOut.inOtherWords(sent)) {
                assertThat(KEYS.keyOf(ImageRequestReader.read(spelling, Optional.empty()), 0))
                        .isEqualTo(KEYS.keyOf(request.get(), 0));
            }
        } else if (json.isPresent() && json.get().isObject() && json.get().has("data")) {
            String probe = "{\"template\":\"t\",\"data\":" + json.get().get("data") + "}";
            assertThat(read(() -> ImageRequestReader.read(probe, Optional.empty()))
                            .isPresent())
                    .isEqualTo(SpelledOut.hasOneMeaning(json.get().get("data")));
        }
    }

    private static Optional<ImageRequest> read(Supplier<ImageRequest> reader) {
        try {
            return Optional.of(reader.get());
        } catch (InvalidRequestException e) {
            assertThat(e.detail()).isNotBlank().hasSizeLessThan(300);
            assertThat(e.pointer()).isIn("body", "template", "data", "format");
            return Optional.empty();
        }
    }

    @ParameterizedTest
    @Timeout(60)
    @MethodSource("large")
    void largeInput(String data) throws IOException {
        request(("{\"template\":\"t\",\"data\":" + data + "}").getBytes(StandardCharsets.UTF_8));
    }

    static Stream<String> large() {
        return Stream.of(
                "[".repeat(100_000) + "]".repeat(100_000),
                "{\"a\":".repeat(100_000),
                "{\"a\":" + "9".repeat(1_000_000) + "}",
                "{\"a\":0." + "0".repeat(1_000_000) + "1}",
                "{\"a\":1e" + "0".repeat(1_000_000) + "1}",
                "{\"a\":\"" + "x".repeat(1_000_000) + "\"}",
                "{\"a\":\"" + "\\u0001".repeat(100_000) + "\"}",
                "{\"a\":\"" + "😀".repeat(100_000) + "\"}",
                "{\"" + "n".repeat(40_000) + "\":1}",
                "{\"" + "n".repeat(1_000_000) + "\":1}",
                "{\"a\":[" + String.join(",", Collections.nCopies(200_000, "1")) + "]}",
                "{" + members(100_000, i -> i * 7919 % 100_003) + "}");
    }

    private static String members(int count, IntUnaryOperator name) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"" + name.applyAsInt(i) + "\":" + i)
                .collect(Collectors.joining(","));
    }
}
