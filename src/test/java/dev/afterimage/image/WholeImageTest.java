package dev.afterimage.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.testing.SampleImages;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WholeImageTest {

    @ParameterizedTest
    @EnumSource
    void completeImageIsWhole(ImageFormat format) {
        assertThat(WholeImage.is(SampleImages.whole(format), format)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void truncatedImageIsNotWhole(ImageFormat format) {
        byte[] whole = SampleImages.whole(format);
        for (int length = 12; length < whole.length; length++) {
            assertThat(WholeImage.is(Arrays.copyOf(whole, length), format))
                    .as("%s cut to %d of %d bytes", format, length, whole.length)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void imageWithTrailingBytesIsNotWhole(ImageFormat format) {
        byte[] whole = SampleImages.whole(format);
        byte[] longer = Arrays.copyOf(whole, whole.length + 3);
        assertThat(WholeImage.is(longer, format)).isFalse();
    }

    @Test
    void aPngWithoutPixelsIsNotWhole() {
        byte[] png = SampleImages.png();
        byte[] headAndEnd = Arrays.copyOf(png, 33 + 12);
        System.arraycopy(png, png.length - 12, headAndEnd, 33, 12);
        assertThat(WholeImage.is(headAndEnd, ImageFormat.PNG)).isFalse();
    }

    @Test
    void aPngChunkThatClaimsMoreThanTheFileHoldsIsNotWhole() {
        byte[] png = SampleImages.png();
        png[33] = (byte) 0xFF;
        assertThat(WholeImage.is(png, ImageFormat.PNG)).isFalse();
    }

    @Test
    void pngWhoseFirstChunkIsNotItsHeaderIsNotWhole() {
        byte[] png = SampleImages.png();
        png[12] = 'i'; // IHDR, spelled as a chunk that may be ignored
        assertThat(WholeImage.is(png, ImageFormat.PNG)).isFalse();
    }

    /** RIFF pads what has an odd size with a byte that the size does not count. */
    @ParameterizedTest
    @CsvSource({"12, 0, true", "12, 1, false", "13, 0, true", "13, 1, true", "13, 2, false", "13, -1, false"})
    void webpOfOddLengthMayHaveOnePaddingByte(int size, int more, boolean whole) {
        byte[] webp = new byte[8 + size + more];
        webp[4] = (byte) size;
        assertThat(WholeImage.is(webp, ImageFormat.WEBP)).isEqualTo(whole);
    }

    @ParameterizedTest
    @EnumSource(names = {"JPEG", "GIF"})
    void singleByteIsNotAWholeImage(ImageFormat format) {
        assertThat(WholeImage.is(new byte[1], format)).isFalse();
    }
}
