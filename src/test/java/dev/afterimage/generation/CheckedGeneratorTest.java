package dev.afterimage.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.generation.GenerationException.Billed;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageFormat;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.image.TemplateData;
import dev.afterimage.image.TemplateId;
import dev.afterimage.limit.Lane;
import dev.afterimage.testing.Orders;
import dev.afterimage.testing.SampleImages;
import dev.afterimage.time.Deadline;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckedGeneratorTest {

    private static final ImageRequest FOR_PNG =
            new ImageRequest(new TemplateId("card"), new TemplateData("{}"), ImageFormat.PNG);

    @ParameterizedTest
    @EnumSource
    void aWholeImagePassesUnderItsRealFormat(ImageFormat format) {
        GeneratedImage image = new GeneratedImage(SampleImages.whole(format), format);
        assertThat(check(image, 1_000)).isSameAs(image);
    }

    @Test
    void truncatedImageIsRefusedAndCountsAsBilled() {
        GeneratedImage half = new GeneratedImage(SampleImages.half(SampleImages.png()), ImageFormat.PNG);
        assertThatThrownBy(() -> check(half, 1_000))
                .isInstanceOfSatisfying(
                        NotAnImageException.class, e -> assertThat(e.billed()).isEqualTo(Billed.YES))
                .hasMessageContaining("cut short");
    }

    @Test
    void bytesOfAnotherFormatThanDeclaredAreRefused() {
        GeneratedImage lying = new GeneratedImage(SampleImages.png(), ImageFormat.JPEG);
        assertThatThrownBy(() -> check(lying, 1_000)).isInstanceOf(NotAnImageException.class);
    }

    @Test
    void svgIsRefused() {
        GeneratedImage svg = new GeneratedImage(SampleImages.svg(), ImageFormat.PNG);
        assertThatThrownBy(() -> check(svg, 1_000)).isInstanceOf(NotAnImageException.class);
    }

    @Test
    void imageOfTheMaximumSizePassesAndALargerOneIsRefused() {
        GeneratedImage image = new GeneratedImage(SampleImages.png(), ImageFormat.PNG);
        int size = image.content().length;
        assertThat(check(image, size)).isSameAs(image);
        assertThatThrownBy(() -> check(image, size - 1)).isInstanceOf(NotAnImageException.class);
    }

    private static GeneratedImage check(GeneratedImage made, long maxBytes) {
        ImageGenerator generator = new CheckedGenerator((request, attempt) -> made, maxBytes);
        return generator.generate(FOR_PNG, Attempt.of(Lane.INTERACTIVE, new Deadline(Instant.MAX), Orders.next()));
    }
}
