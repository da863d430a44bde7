package dev.afterimage.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/** Names that come from outside and end up in paths, headers, file names and Redis keys: only harmless ones are taken. */
class NamesFuzz {

    private static final String HARMLESS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~:-";

    @FuzzTest
    void names(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        taken(TemplateId::new, text).ifPresent(template -> {
            assertThat(template.value()).isEqualTo(text).hasSizeBetween(1, 128);
            assertThat(text.chars()).allMatch(c -> HARMLESS.indexOf(c) >= 0);
            // Neither hidden, nor a way up, nor an option.
            assertThat(text).doesNotStartWith(".").doesNotStartWith("-");
        });
        taken(ImageKey::new, text).ifPresent(key -> {
            assertThat(key.value()).isEqualTo(text).hasSize(64);
            assertThat(text.chars()).allMatch(c -> "0123456789abcdef".indexOf(c) >= 0);
        });
        taken(ImageFormat::named, text)
                .ifPresent(format ->
                        assertThat(text.toLowerCase(java.util.Locale.ROOT)).isIn("png", "jpeg", "jpg", "webp", "gif"));
    }

    private static <T> Optional<T> taken(Function<String, T> reader, String text) {
        try {
            return Optional.of(reader.apply(text));
        } catch (InvalidRequestException e) {
            return Optional.empty();
        }
    }
}
